"""The penalty ladder (MARKET.md, O5): points of a rolling year decide what a violation leads to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Total points from which a rung is reached, highest first.
RUNGS = ((12, "exited"), (8, "paused"), (4, "hidden"), (1, "warned"))
MOST_POINTS = 12
LASTS = {"hidden": timedelta(days=7), "paused": timedelta(days=30)}
POINTS_COUNT = timedelta(days=365)
APPEAL_WITHIN = timedelta(days=7)
SEVERITY = {rung: place for place, (_points, rung) in enumerate(reversed(RUNGS))}


@dataclass(frozen=True)
class Given:
    """One ruling as the ladder sees it."""

    points: int
    given_at: datetime


def rung_for(total: int) -> str:
    """What this many points in a year lead to; `total` is at least 1."""
    return next(rung for points, rung in RUNGS if total >= points)


def ends(rung: str, given_at: datetime) -> datetime | None:
    """When hiding or pausing ends; None for a warning and an exit."""
    return given_at + LASTS[rung] if rung in LASTS else None


def counts(given: Given, at: datetime) -> bool:
    """Whether the points still count: they do for a year, to the second."""
    return given.given_at <= at < given.given_at + POINTS_COUNT


def replay(rulings: Sequence[Given]) -> list[str]:
    """The rung of each ruling (in the order they were given), from the points that counted when it was given."""
    return [
        rung_for(sum(earlier.points for earlier in rulings[: place + 1] if counts(earlier, ruling.given_at)))
        for place, ruling in enumerate(rulings)
    ]
