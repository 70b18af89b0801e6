"""What every program offers to the runner and gets from it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class RunContext:
    """One pass of a program: for whom, under which policy, as of when."""

    merchant_id: int
    shop_id: int | None
    timezone: str
    as_of: datetime
    settings: dict[str, Any]
    policy_version: int
    run_id: int
    dry_run: bool
    #: One order (a buyer's or agent's question) instead of all; its products narrow the search for prices.
    order_id: int | None = None
    sku_ids: tuple[int, ...] = ()


@dataclass
class Outcome:
    """What a run did. Amounts in minor units per currency; refusals by code."""

    policy_version: int = 0
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
            "policy_version": self.policy_version,
            "lines_seen": self.lines_seen,
            "claims": self.claims,
            "amounts": dict(self.amounts),
            "held": self.held,
            "refused": dict(sorted(self.refused.items())),
            "by_day": self.by_day,
            "largest": self.largest,
        }


@dataclass(frozen=True)
class Program:
    """A program as the registry knows it."""

    name: str
    presets: Mapping[str, dict[str, Any]]
    validated: Callable[[Mapping[str, Any]], dict[str, Any]]
    may_pay: Callable[[dict[str, Any]], bool]
    run: Callable[[RunContext], Outcome]
