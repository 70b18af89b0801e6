"""How good search is on a market that people have judged: nDCG@10 per query.

A file of judgements holds queries, each followed by lines of a grade (3 just right, 2 good, 1 better than nothing) and a listing,
or facets that a listing must all have. What is not named has grade 0. The gain of a grade is 2**grade - 1, discounted by log2 of
the place plus one; 1.0 is the best order there is (Järvelin and Kekäläinen, 2002).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log2
from pathlib import Path

from marketplace.kernel.errors import UserError
from providers.discovery.criteria import Query
from providers.discovery.models import SearchDocument
from providers.discovery.queries import search
from providers.listings.models import PublicListing

PLACES = 10
GRADES = ("1", "2", "3")


class BadJudgements(UserError):
    """The file cannot be read, or names what the market does not have."""


@dataclass(frozen=True)
class Judgement:
    """A query and its rules, as (grade, names): a slug alone, or facets that must all hold."""

    q: str
    rules: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Verdict:
    """`best`: grades of the first ten hits in their order."""

    q: str
    ndcg: float
    best: tuple[int, ...]


def read(path: Path) -> list[Judgement]:
    """Judgements of a file. Raises BadJudgements."""
    found: list[Judgement] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.split("#", 1)[0].strip()
        grade, _blank, names = line.partition(" ")
        if grade in GRADES and names:
            if not found:
                raise BadJudgements(f"line {number}: a grade without a query")
            last = found.pop()
            found.append(Judgement(last.q, (*last.rules, (int(grade), tuple(names.split())))))
        elif line:
            found.append(Judgement(line, ()))
    if not found or any(not each.rules for each in found):
        raise BadJudgements(f"{path.name}: every query needs at least one grade")
    return found


def judge(judgements: Sequence[Judgement], *, as_of: datetime, language: str = "zh") -> list[Verdict]:
    """Search for every query and hold the first ten hits against its grades. Raises BadJudgements."""
    facts = _facts()
    found = []
    for each in judgements:
        grades = _grades(each, facts)
        if not any(grades.values()):
            raise BadJudgements(f"{each.q}: the market has nothing that is graded")
        hits = search(Query(q=each.q), language=language, as_of=as_of).hits[:PLACES]
        best = tuple(grades[hit.listing.slug] for hit in hits)
        ideal = sorted(grades.values(), reverse=True)[:PLACES]
        found.append(Verdict(each.q, _gain(best) / _gain(ideal), best))
    return found


def _facts() -> dict[str, frozenset[str]]:
    """Slug of every public listing → what it has."""
    slugs = dict(PublicListing.objects.values_list("listing_id", "slug"))
    rows = SearchDocument.objects.values_list("listing_id", "facets", "attributes")
    return {slugs[pk]: frozenset([*facets, *attributes]) for pk, facets, attributes in rows if pk in slugs}


def _grades(judgement: Judgement, facts: Mapping[str, frozenset[str]]) -> dict[str, int]:
    grades = dict.fromkeys(facts, 0)
    for grade, names in judgement.rules:
        for slug, has in facts.items():
            if names == (slug,) or (":" in names[0] and has.issuperset(names)):
                grades[slug] = max(grades[slug], grade)
    return grades


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(grades))
