"""The three desks at which invoices lie: a merchant's requests, those a provider owes, and those a provider asks the market for.

Their pages are the same; what differs is the address, the kind of request, the side and the rights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui.deals import NextAct
from marketplace.ui.deals import Side as Reader
from marketplace.ui.formats import money
from marketplace.ui.kit import Tab
from orders.invoices import queries
from orders.invoices.models import CommissionInvoice, Invoice, ServiceInvoice
from orders.invoices.operations.common import Party
from orders.invoices.states import Side
from orders.invoices.web.filters import CommissionFilter, InvoiceFilter, ServiceFilter

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Desk:
    """`looks` and `acts` are the rights to see and to do."""

    space: str
    model: type[ServiceInvoice] | type[CommissionInvoice]
    side: Side
    kind: str
    looks: Permission
    acts: Permission
    rows: Callable[[int], QuerySet[Any]]
    filter: type[InvoiceFilter]

    @property
    def is_requester(self) -> bool:
        return self.side == "requester"

    @property
    def is_commission(self) -> bool:
        return self.model is CommissionInvoice

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.space}:{name}", args=args)

    def party(self, request: HttpRequest) -> Party:
        return Party(request.organization.pk)  # type: ignore[attr-defined]


MERCHANT = Desk(
    "invoices", ServiceInvoice, "requester", "merchant", Permission.VIEW_MONEY, Permission.PAY, queries.invoices_of_merchant,
    ServiceFilter,
)  # fmt: skip
ISSUER = Desk(
    "fapiao", ServiceInvoice, "issuer", "provider", Permission.VIEW_EARNINGS, Permission.CASH_OUT, queries.invoices_of_provider,
    ServiceFilter,
)  # fmt: skip
OWN = Desk(
    "own_fapiao", CommissionInvoice, "requester", "provider", Permission.VIEW_EARNINGS, Permission.CASH_OUT,
    queries.commission_invoices, CommissionFilter,
)  # fmt: skip


def door(desk: Desk, view: View, right: Permission) -> View:
    """A shared view at one desk, behind a right."""

    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, desk, **kwargs)

    return requires(right, kind=desk.kind)(opened)


def tabs(desk: Desk) -> list[Tab]:
    """A provider's two desks; a merchant has one."""
    if desk.kind != "provider":
        return []
    names = ((ISSUER, _("Asked for by merchants")), (OWN, _("For your commission")))
    return [Tab(label, each.url("list"), each is desk) for each, label in names]


def subject_of(row: Invoice) -> tuple[str, str]:
    """What an invoice is about: a number, and words."""
    if isinstance(row, ServiceInvoice):
        return row.deal.number, row.deal.title
    return row.statement.number, _("Commission of %(month)s") % {"month": f"{row.statement.month:%Y-%m}"}


def other_of(row: Invoice, desk: Desk) -> str:
    """The other side's name."""
    if isinstance(row, CommissionInvoice):
        return _("Shangban")
    return row.provider_name if desk.is_requester else row.merchant_name


def turn_of(row: Invoice, desk: Desk, at: datetime) -> NextAct:
    """Who acts next and until when."""
    done = {
        "issued": _("The fapiao is issued. If anything on it is wrong, send it back."),
        "reversed": _("All of it is reversed. The amount can be asked for again as far as it was paid."),
        "refused": _("It was refused. Put right what the reason says and ask again."),
        "withdrawn": _("It was withdrawn before it was issued."),
        "lapsed": _("The money went back before it was issued, so nothing is left to invoice."),
    }
    if row.state in done:
        return NextAct("nobody", done[row.state])
    who: Reader = "market" if row.issuer_id is None else "them"
    if desk.side == "issuer":
        who = "you"
    amount = {"amount": money(row.excess or row.amount, row.currency)}
    if row.state == "to_reverse":
        act = _("Issue a red-letter note of %(amount)s.") % amount
    else:
        act = _("Issue the fapiao of %(amount)s, or say why not.") % amount
    return NextAct(who, act, other_of(row, desk), row.due_at)
