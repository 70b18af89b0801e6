"""What a provider's page of earnings shows: balances, what each order brings and when, what was paid. Needs its scope."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.ui.formats import percent
from orders.escrow.models import Component, FeeLine, Release, Reversal
from orders.escrow.queries import releases_of_provider
from orders.payouts.books import EARNINGS, IN_TRANSIT, PAID_OUT, PENDING, balances
from orders.payouts.eligibility import Payable, payable
from orders.payouts.models import Payout
from orders.payouts.schedule import payout_day

MAIN_CURRENCY = "CNY"


@dataclass(frozen=True)
class Money:
    """A provider's money in one currency, minor units. `available` below zero is a debt, taken from what comes next."""

    currency: str
    pending: int
    available: int
    in_transit: int
    paid_out: int
    next_payout: Payable
    next_day: date

    @property
    def debt(self) -> int:
        return max(0, -self.available)


def money_of(provider_id: int, at: datetime) -> list[Money]:
    """The provider's currencies, the main one first and always there."""
    found = balances(provider_id)
    empty = dict.fromkeys((PENDING, EARNINGS, IN_TRANSIT, PAID_OUT), 0)
    names = sorted({MAIN_CURRENCY, *found}, key=lambda code: (code != MAIN_CURRENCY, code))
    return [_money(code, found.get(code, empty), payable(provider_id, code, at), at) for code in names]


def _money(code: str, book: dict[str, int], due: Payable, at: datetime) -> Money:
    return Money(code, book[PENDING], book[EARNINGS], book[IN_TRANSIT], book[PAID_OUT], due, payout_day(at))


@dataclass(frozen=True)
class FeeShown:
    """A part of the commission on one release: what, by which rule, how much, and why not when it is waived."""

    label: str
    rule: str
    rate: str
    amount: int
    waiver: str


@dataclass(frozen=True)
class Earned:
    """A release as its provider reads it. `state`: pending, available, in_transit or paid_out; `expected` is when it leaves."""

    release: Release
    state: str
    expected: date
    fees: Sequence[FeeShown] = ()
    reversals: Sequence[Reversal] = ()
    payout: Payout | None = field(default=None)


def releases_with_lines(provider_id: int) -> QuerySet[Release]:
    """The provider's releases with what was taken back of each."""
    back = Reversal.objects.filter(provider_id=provider_id).order_by("id")
    return releases_of_provider(provider_id).prefetch_related(Prefetch("reversals", queryset=back))


def shown(provider_id: int, releases: Sequence[Release]) -> list[Earned]:
    """Each release with its fees by rule and the payout it left with. Two statements, however many."""
    deals = {row.deal_id for row in releases}
    lines = {line.pk: line for line in FeeLine.objects.filter(provider_id=provider_id, deal_id__in=deals)} if deals else {}
    gone = list(Payout.objects.filter(provider_id=provider_id).exclude(state__in=["failed", "cancelled"]).order_by("id"))
    return [_earned(row, lines, gone) for row in releases]


def _earned(row: Release, lines: dict[int, FeeLine], payouts: Sequence[Payout]) -> Earned:
    fees = [_fee(each, lines.get(int(each["fee_line"]))) for each in row.lines]
    payout = None
    if row.state == Release.State.AVAILABLE:  # a payout takes the whole balance: the first after it became available
        after = (each for each in payouts if each.created_at >= row.available_at and each.currency == row.currency)
        payout = next(after, None)
    state = str(row.state) if payout is None else ("paid_out" if payout.state == "paid" else "in_transit")
    return Earned(row, state, payout_day(row.available_at), fees, list(row.reversals.all()), payout)


def _fee(each: dict[str, Any], line: FeeLine | None) -> FeeShown:
    label = str(Component(each["component"]).label)
    if line is None:
        return FeeShown(label, "", "", int(each["amount"]), "")
    return FeeShown(label, line.rule_name, rate_words(line), int(each["amount"]), line.waiver_reason)


def rate_words(line: FeeLine) -> str:
    """A frozen rate for people; '' for a fee that is an amount."""
    return percent(line.rate / 10_000, 2) if line.rate else ""


def state_words(state: str) -> str:
    """Where the money of a release is."""
    words = {
        "pending": _("Waiting"),
        "available": _("Available"),
        "in_transit": _("On its way"),
        "paid_out": pgettext("earnings", "Paid out"),
    }
    return words[state]
