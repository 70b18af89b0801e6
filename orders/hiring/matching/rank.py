"""Ranking providers for a need: plain arithmetic on plain facts, so that everybody can follow it.

Each part is worth 0 to 10,000; the fit is their mean, weighted, over the parts the need says something about. Equal fits are
ordered by a hash of need and provider, so that nobody is first by having signed up early.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zlib import crc32

from orders.hiring.limits import NEWCOMER_SHARE
from orders.hiring.needs import Need

FULL, HALF = 10_000, 5_000
#: What counts, in per cent of everything.
WEIGHTS: Mapping[str, int] = {
    "industry": 20, "platform": 20, "score": 20, "price": 15, "outcomes": 10, "belt": 10, "language": 5,
}  # fmt: skip
#: A score nobody has earned yet counts like this (1/100 points): the prior of the published formula.
UNKNOWN_SCORE = 8_000
#: So many proven cases are as good as more.
ENOUGH_CASES = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider with a published service in the need's category. Prices are CNY minor units, scores 1/100 points."""

    provider_id: int
    slug: str
    name_zh: str
    name_en: str
    platforms: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()
    belts: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    #: The least one of its services in the category costs; None: on request.
    from_cny: int | None = None
    level: int = 1
    score: int | None = None
    jobs: int = 0
    renewal_rate: int | None = None
    verified_cases: int = 0
    is_newcomer: bool = False
    is_braked: bool = False
    is_paused: bool = False
    free_from: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody stands where he does: a code of `matching.reasons` with its facts; `points` of 10,000."""

    code: str
    points: int
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A provider with its fit in 1/100 points and what made it."""

    candidate: Candidate
    fit: int
    reasons: tuple[Reason, ...]
    has_newcomers_place: bool = False


def rank(need: Need, candidates: Iterable[Candidate], *, key: int, on: date) -> list[Match]:
    """Who can take the work, best first. `key` is the need's id, `on` the day it would start at the soonest."""
    start = max(need.starts_on or on, on)
    matches = [_match(need, each) for each in candidates if is_available(each, start)]
    return sorted(matches, key=lambda match: (-match.fit, crc32(f"{key}:{match.candidate.provider_id}".encode())))


def is_available(candidate: Candidate, start: date) -> bool:
    """Whether it takes new orders by the day the work starts."""
    if candidate.is_braked or (candidate.is_paused and candidate.free_from is None):
        return False
    return candidate.free_from is None or candidate.free_from <= start


def few(matches: Sequence[Match], places: int) -> list[Match]:
    """The first `places`, of which a tenth and at least one goes to newcomers, when there are any and places for two."""
    chosen = list(matches[:places])
    reserved = max(1, places * NEWCOMER_SHARE // FULL) if places > 1 else 0
    waiting = [match for match in matches[places:] if match.candidate.is_newcomer]
    lacking = reserved - sum(match.candidate.is_newcomer for match in chosen)
    for match in waiting[: max(0, lacking)]:
        given_up = next(i for i in reversed(range(len(chosen))) if not chosen[i].candidate.is_newcomer)
        del chosen[given_up]
        chosen.append(Match(match.candidate, match.fit, match.reasons, has_newcomers_place=True))
    return chosen


def _match(need: Need, candidate: Candidate) -> Match:
    reasons = tuple(reason for reason in _judged(need, candidate) if reason is not None)
    weight = sum(WEIGHTS[reason.code] for reason in reasons)
    total = sum(WEIGHTS[reason.code] * reason.points for reason in reasons)
    return Match(candidate, (2 * total + weight) // (2 * weight), reasons)


def _judged(need: Need, candidate: Candidate) -> Iterable[Reason | None]:
    yield _overlap("industry", need.industries, candidate.industries)
    yield _overlap("platform", need.platforms, candidate.platforms)
    yield _overlap("belt", need.belts, candidate.belts)
    yield _overlap("language", need.languages, candidate.languages)
    yield _price(need, candidate)
    yield Reason("score", min(FULL, candidate.score if candidate.score is not None else UNKNOWN_SCORE),
                 {"score": candidate.score, "jobs": candidate.jobs})  # fmt: skip
    yield _outcomes(candidate)


def _overlap(code: str, wanted: Sequence[str], offered: frozenset[str]) -> Reason | None:
    """How much of what is wanted is offered; says nothing where nothing is wanted."""
    if not wanted:
        return None
    shared = [each for each in wanted if each in offered]
    return Reason(code, FULL * len(shared) // len(wanted), {"shared": shared, "missing": [w for w in wanted if w not in offered]})


def _price(need: Need, candidate: Candidate) -> Reason | None:
    """Full within the budget, falling to nothing at twice of it; half where the price is on request."""
    budget = need.budget_cny
    if budget is None or budget <= 0:
        return None
    if candidate.from_cny is None:
        return Reason("price", HALF, {"from_cny": None})
    over = max(0, candidate.from_cny - budget)
    return Reason("price", max(0, FULL - FULL * over // budget), {"from_cny": candidate.from_cny, "fits": over == 0})


def _outcomes(candidate: Candidate) -> Reason:
    """Cases with proof and renewals: half each, where there are enough renewals to speak of."""
    cases = FULL * min(candidate.verified_cases, ENOUGH_CASES) // ENOUGH_CASES
    points = cases if candidate.renewal_rate is None else (cases + candidate.renewal_rate) // 2
    return Reason("outcomes", points, {"cases": candidate.verified_cases, "renewal_rate": candidate.renewal_rate})
