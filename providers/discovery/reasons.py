"""Why a hit is where it is: the three strongest of what ranked it, in words."""

from collections.abc import Callable, Iterator, Mapping
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
#: A renewal rate worth naming, 1/10,000.
LOYAL = 5_000


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


#: How strong a reason is, what kind it is, and how to say it: only the three that are shown are put into words.
Candidate = tuple[float, str, Callable[[], str]]


def reasons(facts: Facts) -> tuple[Reason, ...]:
    """Exactly three, the strongest first, each of another kind."""
    best: dict[str, Candidate] = {}
    for each in sorted(_all(facts), key=lambda candidate: -candidate[0]):
        best.setdefault(each[1], each)
    return tuple(Reason(code, say()) for _strength, code, say in list(best.values())[:WANTED])


def _all(facts: Facts) -> Iterator[Candidate]:
    if facts.row["promoted"]:
        yield 2.0, "newcomer", lambda: _("A newcomer's place: verified, not yet rated")
    for term in facts.plan.terms:
        yield _of_term(facts, term)
    yield from _of_filters(facts)
    yield from _of_provider(facts)
    yield from _of_time(facts)
    yield 0.12, "category", lambda: _("Offered under %(category)s") % {"category": _last(facts, "category")}
    if facts.is_verified:
        yield 0.11, "verified", lambda: _("The company is verified")
    yield 0.10, "pricing", lambda: _("Price model: %(model)s") % {"model": _last(facts, "pricing")}


def _named(facts: Facts, facet: str) -> str:
    return label_of(facet, facts.known, facts.language)


def _last(facts: Facts, name: str) -> str:
    """What its last value of a dimension is called: the sub-category, not the category above it."""
    found = [each for each in facts.row["facets"] if each.startswith(f"{name}:")]
    return _named(facts, found[-1]) if found else ""


def _of_term(facts: Facts, term: Term) -> Candidate:
    """The best thing to be said about one of the words."""
    title, typed = facts.row["title"], {"word": term.typed}
    found = next((needle.strip() for needle, _weight in term.weighted_needles if needle in title), "")
    if found == term.typed:
        return 1.5, "title", lambda: _("“%(word)s” is in the title") % typed
    if found:
        return 1.4, "same_meaning", lambda: _("The title says “%(found)s” for “%(word)s”") % {"found": found, **typed}
    codes = [code for code in term.codes if code in facts.row["facets"]]
    if codes:
        return 1.2, "named", lambda: _("Covers %(name)s") % {"name": _named(facts, codes[0])}
    return 0.6, "description", lambda: _("“%(word)s” is in the description") % typed


def _of_filters(facts: Facts) -> Iterator[Candidate]:
    for name, values in facts.chosen.items():
        found = [f"{name}:{value}" for value in values if f"{name}:{value}" in facts.row["facets"]]
        if found and name not in ("category", "level"):
            facet = found[0]
            yield 0.9, "filter", lambda facet=facet: _("Fits your filter: %(name)s") % {"name": _named(facts, facet)}  # type: ignore[misc]
            return


def _of_provider(facts: Facts) -> Iterator[Candidate]:
    renewals, score = facts.renewal_rate, facts.score
    if renewals is not None and renewals >= LOYAL:
        strength = 0.5 + renewals / 20_000
        yield strength, "renewals", lambda: _("%(rate)s%% of its customers renew") % {"rate": number(round(renewals / 100))}
    if score is not None and facts.jobs >= ENOUGH_JOBS:
        said = {"points": score / 100, "jobs": facts.jobs}
        yield (
            0.4 + 0.6 * score / 10_000,
            "score",
            lambda: _("Score %(points)s from %(jobs)s jobs") % {name: number(round(value, 1)) for name, value in said.items()},
        )
    if facts.level > 1:
        yield 0.3 + 0.12 * facts.level, "level", lambda: _("Provider of level %(level)s") % {"level": facts.level}
    elif facts.is_newcomer:
        yield 0.2, "new_provider", lambda: _("New on the market")


def _of_time(facts: Facts) -> Iterator[Candidate]:
    free = date.fromisoformat(facts.row["free_from"]) if facts.row["free_from"] else None
    if free is None or free <= facts.as_of.date():
        yield 0.35, "available", lambda: _("Takes orders now")
    elif free != NEVER:
        yield 0.15, "available_later", lambda: _("Free from %(date)s") % {"date": free.isoformat()}
    if (facts.as_of - facts.updated_at).days <= FRESH_DAYS:
        yield 0.3, "fresh", lambda: _("Renewed within 30 days")
