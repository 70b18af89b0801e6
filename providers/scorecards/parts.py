"""A card taken apart: each part with its events, its share and what it adds to the score."""

from dataclasses import dataclass

from providers.scorecards.formula import DISPUTE_WEIGHT, PARTS, Part
from providers.scorecards.models import Scorecard


@dataclass(frozen=True, slots=True)
class PartRow:
    """`good` of `n` events; `share` in 1/10,000; `points` in 1/100 points of the score (rounded half up for showing)."""

    part: Part
    n: int
    good: int
    share: int

    @property
    def points(self) -> int:
        return (2 * self.part.weight * self.share + 100) // 200

    @property
    def lost(self) -> int:
        """Points missing to the most this part can give, in 1/100."""
        return self.part.weight * 100 - self.points


def part_rows(card: Scorecard) -> list[PartRow]:
    """In the order of the formula. Reviews count in points of 40; a dispute takes three jobs away."""
    values = {
        "on_time": (card.on_time_n, card.on_time_good),
        "rating": (card.rating_n, card.rating_good),
        "first_time": (card.first_time_n, card.first_time_good),
        "response": (card.response_n, card.response_good),
        "dispute_free": (card.first_time_n, max(card.first_time_n - DISPUTE_WEIGHT * card.upheld_n, 0)),
    }
    return [PartRow(part, *values[code], share=getattr(card, code)) for code, part in PARTS.items()]
