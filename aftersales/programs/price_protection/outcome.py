"""What a run of price protection did, and what of it is public."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """Amounts in minor units per currency; refusals by code."""

    lines_seen: int = 0
    claims: int = 0
    amounts: Counter[str] = field(default_factory=Counter)
    held: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    by_day: list[list[Any]] = field(default_factory=list)
    largest: list[dict[str, Any]] = field(default_factory=list)

    def add(self, booked: Mapping[str, Mapping[str, int]], held: int) -> None:
        """Count one chunk's result: per currency how many claims were booked, and how many are held."""
        self.held += held
        for currency, found in booked.items():
            self.claims += int(found["claims"])
            self.amounts[currency] += int(found["amount"])

    def as_counts(self) -> dict[str, Any]:
        """The public form, as stored with the run."""
        return {
            "lines_seen": self.lines_seen,
            "claims": self.claims,
            "amounts": dict(self.amounts),
            "held": self.held,
            "refused": dict(sorted(self.refused.items())),
            "by_day": self.by_day,
            "largest": self.largest,
        }


def report(counts: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """What `run_program --json` prints; several currencies make `amount` an object by currency."""
    amounts: dict[str, int] = counts["amounts"]
    single = len(amounts) <= 1
    return {
        "lines_seen": counts["lines_seen"],
        "claims": counts["claims"],
        "amount": next(iter(amounts.values()), 0) if single else amounts,
        "currency": next(iter(amounts), currency) if single else sorted(amounts),
        "held": counts["held"],
        "refused": counts["refused"],
    }
