"""What two parties agree on: the terms of a contract, as one frozen value with a hash.

Amounts are minor units of `Terms.currency`; rates are in 1/10,000; dates are the market's (Asia/Shanghai). Upper rooms add
clauses of their own kinds with `clauses.register_clause`; a clause is data its room understands, and part of the hash.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

Model = Literal["fixed", "milestone", "retainer", "retainer_commission", "seat_shift", "unit", "subscription"]
Side = Literal["merchant", "provider"]
MODELS: tuple[Model, ...] = ("fixed", "milestone", "retainer", "retainer_commission", "seat_shift", "unit", "subscription")
#: Paid period by period, in advance, until somebody ends it.
RECURRING = frozenset({"retainer", "retainer_commission", "seat_shift", "unit", "subscription"})
#: Paid by what was confirmed, not by the calendar.
COUNTED = frozenset({"seat_shift", "unit"})
LEAST_AUTO_ACCEPT, MOST_AUTO_ACCEPT = 3, 14


@dataclass(frozen=True)
class MilestoneTerms:
    """A piece of work with a price. Due so many days after it was funded, or on a day; neither: whenever both like."""

    name: str
    amount_minor: int
    due_days: int | None = None
    due_on: date | None = None
    deliverable: str = ""


@dataclass(frozen=True)
class CommissionTerms:
    """The provider's share of the merchant's own sales; see `providers.listings.fees.month_fee`."""

    rate: int
    baseline_minor: int = 0
    floor_minor: int | None = None
    cap_minor: int | None = None
    excludes_returns: bool = True


@dataclass(frozen=True)
class RecurringTerms:
    """A price per period of `period_months`, for at least `min_months`. `shop_id`: whose sales count; None: all shops'."""

    monthly_minor: int
    min_months: int = 1
    notice_days: int = 30
    commission: CommissionTerms | None = None
    shop_id: int | None = None
    period_months: int = 1
    #: The price of a whole period where it is not `monthly_minor` times its months.
    period_minor: int | None = None

    @property
    def price_minor(self) -> int:
        """What one period costs."""
        return self.monthly_minor * self.period_months if self.period_minor is None else self.period_minor


@dataclass(frozen=True)
class UnitTerms:
    """Paid per unit (a seat and month, a shift, a picture); `quantity` is what is expected, and funded, per period."""

    unit: str
    price_minor: int
    quantity: int

    @property
    def expected_minor(self) -> int:
        return self.price_minor * self.quantity


@dataclass(frozen=True)
class TrialTerms:
    """The merchant pays for the first days only if it goes on (F6); at most so many hours of work."""

    days: int
    hours: int | None = None


@dataclass(frozen=True)
class HandoverRow:
    """Something to be handed over when the contract ends, and who has to (F12)."""

    text: str
    side: Side = "provider"


@dataclass(frozen=True)
class Terms:
    """Everything that is agreed. Frozen: a change is a new version with a new hash."""

    title: str
    category: str
    model: Model
    currency: str
    scope: str = ""
    milestones: tuple[MilestoneTerms, ...] = ()
    recurring: RecurringTerms | None = None
    units: UnitTerms | None = None
    trial: TrialTerms | None = None
    #: Rounds of changes included in the price, per milestone; None: no limit.
    revisions: int | None = 2
    auto_accept_days: int = 7
    #: So many days late, the merchant may cancel (F5).
    late_days: int = 3
    handover: tuple[HandoverRow, ...] = ()
    #: {kind: data}, kinds of `register_clause`.
    clauses: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_recurring(self) -> bool:
        """Units are bought once, or every period."""
        return self.model in RECURRING and (self.model != "unit" or self.recurring is not None)

    @property
    def is_counted(self) -> bool:
        return self.model in COUNTED

    @property
    def first_minor(self) -> int:
        """What has to be paid in before work begins."""
        if self.milestones:
            return self.milestones[0].amount_minor
        if self.units is not None:
            return self.units.expected_minor
        return self.recurring.price_minor if self.recurring else 0

    @property
    def total_minor(self) -> int:
        """The whole price, or for a standing service what its shortest term costs without commission."""
        if not self.is_recurring:
            return sum(milestone.amount_minor for milestone in self.milestones)
        months = self.recurring.min_months if self.recurring else 1
        periods = -(-months // (self.recurring.period_months if self.recurring else 1))
        return self.first_minor * max(1, periods)

    @property
    def notice_days(self) -> int:
        return self.recurring.notice_days if self.recurring else 0

    def changed(self, **changes: Any) -> "Terms":
        return replace(self, **changes)


def to_json(terms: Terms) -> dict[str, Any]:
    """Plain values, as stored and hashed."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(terms), default=_plain))
    return found


def from_json(value: Mapping[str, Any]) -> Terms:
    """The terms behind `to_json`."""
    plain = dict(value)
    recurring, units, trial = plain.get("recurring"), plain.get("units"), plain.get("trial")
    if recurring:
        commission = recurring.get("commission")
        recurring = RecurringTerms(**{**recurring, "commission": CommissionTerms(**commission) if commission else None})
    plain["milestones"] = tuple(_milestone(row) for row in plain.get("milestones", ()))
    plain["handover"] = tuple(HandoverRow(**row) for row in plain.get("handover", ()))
    plain["recurring"] = recurring or None
    plain["units"] = UnitTerms(**units) if units else None
    plain["trial"] = TrialTerms(**trial) if trial else None
    return Terms(**plain)


def _milestone(row: Mapping[str, Any]) -> MilestoneTerms:
    due_on = row.get("due_on")
    return MilestoneTerms(**{**row, "due_on": date.fromisoformat(due_on) if due_on else None})


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} is no part of terms")


def contract_hash(terms: Terms, template_version: str) -> str:
    """SHA-256 (hex) of what is signed: the terms in canonical form and the wording they stand in."""
    signed = {"template": template_version, "terms": to_json(terms)}
    text = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
