"""How a presale order stands: deposit, balance, until when. Nothing to do here, so nothing is used up."""

from datetime import datetime

from django.utils.translation import gettext as _

from aftersales.buyers.links import Link
from aftersales.buyers.pages.contract import Page, Shown, Unavailable
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Step, StepState
from orders.store.models import ShopOrder
from orders.store.queries import access_order, lines_of


def show(link: Link, at: datetime) -> Shown:
    with scope(link.merchant_id, read_only=True):
        order = access_order(merchant_id=link.merchant_id, pk=link.subject_id)
        lines = list(lines_of(order))
    if order.deposit_paid_at is None:
        raise Unavailable(_("There is no presale to show here."))
    state = presale_state(order, at)
    context = {"order": order, "lines": lines, "state": state, "steps": _steps(state)}
    return Shown("buyers/presale.html", order.shop.name, order.buyer.language if order.buyer else "", context)


def presale_state(order: ShopOrder, at: datetime) -> str:
    """cancelled | refunded | paid | waiting (not open yet) | open | closed, as of a moment."""
    if order.status == ShopOrder.Status.CANCELLED:
        return "cancelled"
    if order.deposit_refunded_at is not None and order.deposit_refunded_at <= at:
        return "refunded"
    if order.balance_paid_at is not None and order.balance_paid_at <= at:
        return "paid"
    if order.balance_closes_at is not None and order.balance_closes_at <= at:
        return "closed"
    if order.balance_opens_at is None or order.balance_opens_at > at:
        return "waiting"
    return "open"


def _steps(state: str) -> list[Step]:
    balance: dict[str, StepState] = {
        "paid": "done",
        "open": "current",
        "closed": "failed",
        "cancelled": "failed",
        "refunded": "failed",
    }
    return [
        Step(_("Deposit paid"), "done"),
        Step(_("Balance due"), balance.get(state, "todo")),
        Step(_("Goods on their way"), "current" if state == "paid" else "todo"),
    ]


PAGE = Page(show=show, is_once=False)
