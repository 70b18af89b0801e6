"""A month's statement, computed from the ledger alone; its lines are explained down to the rule frozen at signing.

Needs the provider's scope.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Sum

from marketplace.ledger.models import LedgerEntry
from marketplace.ui.formats import money
from marketplace.ui.labels import transfer_label
from orders.escrow.models import Deal, FeeLine
from orders.payouts.accounts import ZONE
from orders.payouts.books import EARNINGS, IN_TRANSIT, PENDING
from orders.payouts.earnings import rate_words
from orders.payouts.models import Payout, Statement

#: What the market owes the provider, wherever it waits.
OWED: Final = (PENDING, EARNINGS, IN_TRANSIT)
#: First word (or all) of a transfer's kind → the figure it belongs to; everything else is `other`.
GROUPS: Final = {
    "escrow.released": "released",
    "fee": "fees",
    "fee_back": "fees_back",
    "escrow.reversed": "taken_back",
    "payout.paid": "paid_out",
    "payout.bounced": "paid_out",
}
FIGURES: Final = ("released", "fees", "fees_back", "taken_back", "paid_out", "other")


@dataclass(frozen=True)
class Movement:
    """A transfer that changed what is owed, by `amount` minor units."""

    key: str
    kind: str
    at: datetime
    amount: int


@dataclass(frozen=True)
class Explained:
    """A movement for people: what it was, for which order or payout, and by which rule."""

    at: datetime
    what: str
    about: str
    rule: str
    amount: int


def bounds(month: date) -> tuple[datetime, datetime]:
    """The month's beginning and end where the market is."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, time(), ZONE), datetime.combine(following, time(), ZONE)


def month_before(at: datetime) -> date:
    """The first day of the last month that is over."""
    return (at.astimezone(ZONE).date().replace(day=1) - timedelta(days=1)).replace(day=1)


def _entries(provider_id: int, currency: str) -> Any:
    return LedgerEntry.objects.filter(
        merchant_id=provider_id, currency=currency, account__merchant_id=provider_id, account__code__in=OWED,
        transfer__merchant_id=provider_id,
    )  # fmt: skip


def movements(provider_id: int, month: date, currency: str) -> list[Movement]:
    """What changed what is owed, in order. What only moves from one place to another is not among it."""
    begin, end = bounds(month)
    names = ("transfer_id", "transfer__key", "transfer__kind", "transfer__occurred_at")
    rows = _entries(provider_id, currency).filter(transfer__occurred_at__gte=begin, transfer__occurred_at__lt=end)
    sums = rows.values(*names).annotate(total=Sum("amount")).exclude(total=0).order_by("transfer__occurred_at", "transfer_id")
    return [
        Movement(row["transfer__key"], row["transfer__kind"], row["transfer__occurred_at"], int(row["total"])) for row in sums
    ]


def figures(provider_id: int, month: date, currency: str) -> dict[str, int]:
    """The columns of a statement, from the ledger's entries and nothing else."""
    before = _entries(provider_id, currency).filter(transfer__occurred_at__lt=bounds(month)[0]).aggregate(total=Sum("amount"))
    opening, rows = int(before["total"] or 0), movements(provider_id, month, currency)
    sums = dict.fromkeys(FIGURES, 0)
    for row in rows:
        sums[group_of(row.kind)] += row.amount
    return {"opening": opening, **sums, "closing": opening + sum(sums.values()), "line_count": len(rows)}


def group_of(kind: str) -> str:
    """The figure a transfer's kind belongs to."""
    return GROUPS.get(kind) or GROUPS.get(kind.split(".")[0], "other")


def stored_figures(row: Statement) -> dict[str, int]:
    """The same columns as they were stored."""
    return {name: int(getattr(row, name)) for name in ("opening", *FIGURES, "closing", "line_count")}


def explained(provider_id: int, rows: Sequence[Movement]) -> list[Explained]:
    """Each movement with its order and rule. Three statements, however many."""
    deals = {int(pk): None for row in rows if (pk := _part(row.key, "deal")).isdecimal()}
    payouts = [int(pk) for row in rows if (pk := _part(row.key, "payout")).isdecimal()]
    found = {deal.pk: deal for deal in Deal.objects.filter(provider_id=provider_id, pk__in=deals)} if deals else {}
    lines = FeeLine.objects.filter(provider_id=provider_id, deal_id__in=deals).select_related("deal") if deals else ()
    rules = {(line.deal_id, line.component): line for line in lines}
    sent = {row.pk: row for row in Payout.objects.filter(provider_id=provider_id, pk__in=payouts)} if payouts else {}
    return [_explained(row, found, rules, sent) for row in rows]


def _part(key: str, name: str) -> str:
    """What a key such as `deal:12:release:r1:service` is about."""
    parts = key.split(":")
    return parts[1] if len(parts) > 1 and parts[0] == name else ""


def _explained(
    row: Movement, deals: dict[int, Deal], rules: dict[tuple[int, str], FeeLine], payouts: dict[int, Payout]
) -> Explained:
    deal = deals.get(int(_part(row.key, "deal") or 0))
    payout = payouts.get(int(_part(row.key, "payout") or 0))
    about = f"{deal.number} {deal.title}" if deal else f"{payout.number} {payout.bank_reference or ''}".strip() if payout else ""
    line = rules.get((deal.pk, row.kind.split(".")[-1])) if deal else None
    return Explained(row.at, str(transfer_label(row.kind)), about, rule_words(line) if line else "", row.amount)


def rule_words(line: FeeLine) -> str:
    """A frozen fee line for people: the rule's number and name, its rate and bounds, and why it was waived."""
    code = line.deal.currency
    parts = [f"R{line.rule_id} {line.rule_name}", rate_words(line)]
    parts += [money(line.fixed_minor, code)] if line.fixed_minor else []
    parts += [f"≥ {money(line.least, code)}"] if line.least is not None else []
    parts += [f"≤ {money(line.most, code)}"] if line.most is not None else []
    return " · ".join(filter(None, [*parts, line.waiver_reason]))
