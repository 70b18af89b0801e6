"""What a run of refund retention did, and what of it is public."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """Cases by what was decided, transitions by name, goodwill booked. Amounts in minor units per currency."""

    requests: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    intents: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    offered_amounts: Counter[str] = field(default_factory=Counter)
    asked_amounts: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    held: int = 0
    amounts: Counter[str] = field(default_factory=Counter)

    def decided(self, rows: Iterable[tuple[str, str, str, str, str, int, int, int]]) -> int:
        """Count one chunk: (state, reason, intent, offer, currency, cases, money offered, paid for what was asked back)."""
        before = self.requests
        for state, reason, intent, offer, currency, cases, offered, asked in rows:
            self.requests += cases
            self.states[state] += cases
            self.reasons[reason] += cases
            self.intents[intent] += cases
            self.asked_amounts[currency] += asked
            if offer:
                self.offers[offer] += cases
            if offered:
                self.offered_amounts[currency] += offered
        return self.requests - before

    def paid(self, held: int, booked: dict[str, dict[str, int]]) -> None:
        self.held += held
        for currency, found in booked.items():
            self.claims += int(found["claims"])
            self.amounts[currency] += int(found["amount"])

    def as_counts(self) -> dict[str, Any]:
        """The public form, as stored with the run."""
        return {
            "requests": self.requests,
            "offered": self.states["offered"],
            "holdout": self.states["holdout"],
            "not_eligible": self.states["not_eligible"],
            "reasons": dict(sorted(self.reasons.items())),
            "intents": dict(sorted(self.intents.items())),
            "offers": dict(sorted(self.offers.items())),
            "offered_amounts": dict(self.offered_amounts),
            "asked_amounts": dict(self.asked_amounts),
            "moved": dict(sorted((+self.moved).items())),
            "claims": self.claims,
            "held": self.held,
            "amounts": dict(self.amounts),
        }
