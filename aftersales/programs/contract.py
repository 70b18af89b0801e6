"""What every program offers to the runner and gets from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol

from marketplace.tenancy.actor import Actor

#: First key of the advisory lock of programs that book money; an order's headroom spans them all, so they share it.
MONEY_LOCK = 7102


@dataclass(frozen=True)
class RunContext:
    """One pass of a program: for whom, under which policy, as of when; `by` and `at` say who set it going and when."""

    merchant_id: int
    shop_id: int | None
    timezone: str
    as_of: datetime
    settings: dict[str, Any]
    policy_version: int
    run_id: int
    dry_run: bool
    by: Actor
    at: datetime
    #: One order (a buyer's or agent's question) instead of all; its products narrow the search for prices.
    order_id: int | None = None
    sku_ids: tuple[int, ...] = ()
    #: When another program promised this order's claim; without one the question is asked as of the run.
    promised_at: datetime | None = None


class Outcome(Protocol):
    """What a run did, in the program's own words."""

    def as_counts(self) -> dict[str, Any]:
        """As stored with the run: JSON values; numbers and objects of numbers also go into the audit event, lists do not."""


def all_counts(counts: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """The counts as they are, without the lists that only pages show."""
    return {name: value for name, value in counts.items() if not isinstance(value, list) and name != "seconds"}


class Looser(Enum):
    """Which way a parameter loosens a guard."""

    #: A higher number, or none at all.
    HIGHER = "higher"
    #: A lower number, or none at all.
    SHORTER = "shorter"
    #: Switched off.
    OFF = "off"
    #: Where empty stands for a default nobody sees: everything but a lower number.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Program:
    """A program as the registry knows it.

    `validated` fills in defaults and raises BadPolicy; `may_pay` is false for a policy that may only be previewed. `run` opens
    its own scopes: one durable-enough transaction per chunk in a real run, all inside the runner's in a preview, which is rolled
    back. Running twice changes nothing.
    """

    name: str
    presets: Mapping[str, dict[str, Any]]
    validated: Callable[[Mapping[str, Any]], dict[str, Any]]
    may_pay: Callable[[dict[str, Any]], bool]
    run: Callable[[RunContext], Outcome]
    #: What `run_program --json` prints of the counts, between `policy_version` and `dry_run`. The currency is the one of a run
    #: that found nothing, or None.
    report: Callable[[Mapping[str, Any], str | None], dict[str, Any]] = all_counts
    #: How often it runs by itself: a day means once per local day of the merchant's first shop.
    interval: timedelta = timedelta(days=1)
    #: Whether a run by itself can find anything, in the merchant's scope: what runs every few minutes says no for most.
    has_work: Callable[[int], bool] = lambda _merchant_id: True
    #: One run at a time per merchant among the programs that share a lock.
    lock: int = MONEY_LOCK
    #: Parameters whose loosening a second person approves, and which way is looser.
    guarded: Mapping[str, Looser] = field(default_factory=dict)
