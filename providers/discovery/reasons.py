"""Why a hit is where it is: the three strongest of what ranked it, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.ui.formats import number
from providers.discovery.documents import NEVER
from providers.discovery.knowledge import Knowledge
from providers.discovery.labels import label_of
from providers.discovery.results import Reason
from providers.discovery.terms import Plan, Term

WANTED = 3
#: Enough reviews and jobs for a number to be worth naming.
ENOUGH_JOBS = 3
FRESH_DAYS = 30


@dataclass(frozen=True)
class Facts:
    """What is known of a hit when its reasons are chosen."""

    row: Mapping[str, Any]
    plan: Plan
    chosen: Mapping[str, tuple[str, ...]]
    known: Knowledge
    language: str
    as_of: datetime
    updated_at: datetime
    score: int | None
    level: int
    jobs: int
    renewal_rate: int | None
    is_newcomer: bool
    is_verified: bool


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """Exactly three, the strongest first, each of another kind."""
    found = sorted(_all(facts), key=lambda each: -each[0])
    kinds = {reason.code: reason for _strength, reason in reversed(found)}
    ordered = dict.fromkeys(reason.code for _strength, reason in found)
    return tuple(kinds[code] for code in ordered)[:WANTED]


def _all(facts: Facts) -> Iterator[tuple[float, Reason]]:
    if facts.row["promoted"]:
        yield 2.0, Reason("newcomer", _("A newcomer's place: verified, not yet rated"))
    for term in facts.plan.terms:
        yield from _of_term(facts, term)
    yield from _of_filters(facts)
    yield from _of_provider(facts)
    yield from _of_time(facts)
    yield 0.12, Reason("category", _("Offered under %(category)s") % {"category": _label(facts, "category")})
    if facts.is_verified:
        yield 0.11, Reason("verified", _("The company is verified"))
    yield 0.10, Reason("pricing", _("Price model: %(model)s") % {"model": _label(facts, "pricing")})


def _label(facts: Facts, name: str) -> str:
    """What its last value of a dimension is called: the sub-category, not the category above it."""
    found = [each for each in facts.row["facets"] if each.startswith(f"{name}:")]
    return label_of(found[-1], facts.known, facts.language) if found else ""


def _of_term(facts: Facts, term: Term) -> Iterator[tuple[float, Reason]]:
    found = next((needle.strip() for needle, _weight in term.weighted_needles if needle in facts.row["title"]), "")
    if found == term.typed:
        yield 1.5, Reason("title", _("“%(word)s” is in the title") % {"word": term.typed})
    elif found:
        yield 1.4, Reason("same_meaning", _("The title says “%(found)s” for “%(word)s”") % {"found": found, "word": term.typed})
    named = [code for code in term.codes if code in facts.row["facets"]]
    if named:
        name = label_of(named[0], facts.known, facts.language)
        yield 1.2, Reason("named", _("Covers %(name)s") % {"name": name})
    if not found and not named:
        yield 0.6, Reason("description", _("“%(word)s” is in the description") % {"word": term.typed})


def _of_filters(facts: Facts) -> Iterator[tuple[float, Reason]]:
    for name, values in facts.chosen.items():
        found = [value for value in values if f"{name}:{value}" in facts.row["facets"]]
        if found and name not in ("category", "level"):
            label = label_of(f"{name}:{found[0]}", facts.known, facts.language)
            yield 0.9, Reason("filter", _("Fits your filter: %(name)s") % {"name": label})


def _of_provider(facts: Facts) -> Iterator[tuple[float, Reason]]:
    if facts.renewal_rate is not None and facts.renewal_rate >= 5_000:
        rate = number(round(facts.renewal_rate / 100))
        yield 0.5 + facts.renewal_rate / 20_000, Reason("renewals", _("%(rate)s%% of its customers renew") % {"rate": rate})
    if facts.score is not None and facts.jobs >= ENOUGH_JOBS:
        points = number(round(facts.score / 100, 1))
        text = _("Score %(points)s from %(jobs)s jobs") % {"points": points, "jobs": number(facts.jobs)}
        yield 0.4 + 0.6 * facts.score / 10_000, Reason("score", text)
    if facts.level > 1:
        yield 0.3 + 0.12 * facts.level, Reason("level", _("Provider of level %(level)s") % {"level": facts.level})
    elif facts.is_newcomer:
        yield 0.2, Reason("new_provider", _("New on the market"))


def _of_time(facts: Facts) -> Iterator[tuple[float, Reason]]:
    free = date.fromisoformat(facts.row["free_from"]) if facts.row["free_from"] else None
    if free is None or free <= facts.as_of.date():
        yield 0.35, Reason("available", _("Takes orders now"))
    elif free != NEVER:
        yield 0.15, Reason("available_later", _("Free from %(date)s") % {"date": free.isoformat()})
    if (facts.as_of - facts.updated_at).days <= FRESH_DAYS:
        yield 0.3, Reason("fresh", _("Renewed within 30 days"))
