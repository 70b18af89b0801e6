"""Random histories of events, and a reference that adds them up without SQL."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import strategies as st

MONTH = date(2026, 6, 1)
HI = datetime(2026, 6, 1, tzinfo=UTC)
LO = datetime(2025, 6, 1, tzinfo=UTC)
VALUES = {
    "ordered": st.just(0),
    "accepted": st.integers(0, 1),
    "delivered": st.integers(0, 5),
    "answered": st.integers(0, 480),
    "reviewed": st.integers(10, 50),
    "ruled": st.integers(0, 1),
    "renewed": st.integers(0, 1),
}


@dataclass(frozen=True)
class Happened:
    kind: str
    at: datetime
    value: int
    party: int | None
    struck: bool


#: Mostly inside the twelve months, often at their very edges.
moments = st.one_of(
    st.integers(0, 364 * 24 * 60).map(lambda minutes: LO + timedelta(minutes=minutes)),
    st.sampled_from([LO, LO - timedelta(microseconds=1), HI, HI - timedelta(microseconds=1), HI - timedelta(days=90)]),
)
happened = st.sampled_from(sorted(VALUES)).flatmap(
    lambda kind: st.builds(
        Happened, kind=st.just(kind), at=moments, value=VALUES[kind], party=st.none() | st.integers(1, 9), struck=st.booleans()
    )
)
histories = st.lists(happened, max_size=60)


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def smoothed(good: Fraction, n: int) -> int:
    """A share in 1/10,000, with five more events of which four are good."""
    return half_up(10_000 * (good + 4) / (n + 5))


def reference(history: list[Happened]) -> dict[str, Any]:
    """The card such a history makes, from the published words of the formula."""
    counts = [h for h in history if LO <= h.at < HI and not h.struck]
    of = {kind: [h for h in counts if h.kind == kind] for kind in VALUES}
    jobs, upheld = of["accepted"], [h for h in of["ruled"] if h.value]
    stars = sum(Fraction(h.value - 10, 40) for h in of["reviewed"])
    parts = {
        "on_time": smoothed(Fraction(sum(h.value == 0 for h in of["delivered"])), len(of["delivered"])),
        "first_time": smoothed(Fraction(sum(h.value for h in jobs)), len(jobs)),
        "rating": smoothed(Fraction(stars), len(of["reviewed"])),
        "response": smoothed(Fraction(sum(h.value <= 240 for h in of["answered"])), len(of["answered"])),
        "dispute_free": smoothed(Fraction(max(0, len(jobs) - 3 * len(upheld))), len(jobs)),
    }
    weights = {"on_time": 30, "rating": 25, "first_time": 20, "response": 15, "dispute_free": 10}
    score = half_up(Fraction(sum(weights[name] * share for name, share in parts.items()), 100))
    merchants = len({h.party for h in jobs if h.party is not None})
    calm = not any(h.at >= HI - timedelta(days=90) for h in upheld)
    level = 1
    for number, least, jobs_needed, merchants_needed in ((2, 8000, 3, 1), (3, 8600, 10, 3), (4, 9200, 25, 6)):
        if score >= least and len(jobs) >= jobs_needed and merchants >= merchants_needed and (number < 4 or calm):
            level = number
    return {
        **parts,
        "score": score,
        "earned_level": level,
        "on_time_n": len(of["delivered"]),
        "first_time_n": len(jobs),
        "rating_n": len(of["reviewed"]),
        "response_n": len(of["answered"]),
        "upheld_n": len(upheld),
        "renewal_n": len(of["renewed"]),
        "renewal_good": sum(h.value for h in of["renewed"]),
        "merchants_n": merchants,
    }
