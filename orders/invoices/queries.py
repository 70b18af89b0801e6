"""Reading requests, papers and titles. Every query names a party, on top of row-level security."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ui.formats import money
from marketplace.ui.waiting import Wait
from orders.escrow.models import Deal
from orders.invoices.amounts import left_of_deal, left_of_statement
from orders.invoices.models import (
    CommissionInvoice,
    CommissionPaper,
    Invoice,
    InvoicePaper,
    InvoiceRequest,
    InvoiceTitle,
    ServiceInvoice,
    ServicePaper,
)
from orders.invoices.rules import CURRENCY, MOST_TITLES
from orders.invoices.states import OWED
from orders.payouts.models import Statement

Model = type[ServiceInvoice] | type[CommissionInvoice]


def of_party(model: type[InvoiceRequest] | type[InvoicePaper], organization_id: int) -> Q:
    """The rows of a kind that an organization is a party of."""
    if model in (ServiceInvoice, ServicePaper):
        return Q(merchant_id=organization_id) | Q(provider_id=organization_id)
    return Q(provider_id=organization_id)


def access_invoice(model: Model, *, organization_id: int, pk: int, lock: bool = False) -> Invoice:
    """A request of the organization's, perhaps locked. Raises NotFound."""
    found: QuerySet[Any] = model.objects.filter(of_party(model, organization_id), pk=pk)
    row: Invoice | None = (found.select_for_update() if lock else found).first()
    if row is None:
        raise NotFound(_("There is no such fapiao."))
    return row


def access_paper(model: Model, *, organization_id: int, pk: int) -> InvoicePaper:
    """A paper of a request of the organization's. Raises NotFound."""
    papers: Any = ServicePaper if model is ServiceInvoice else CommissionPaper
    row: InvoicePaper | None = papers.objects.filter(of_party(papers, organization_id), pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    return row


def papers_of(row: ServiceInvoice | CommissionInvoice) -> list[InvoicePaper]:
    """In the order they came, without their bytes."""
    found: Any = row.paper_model
    return list(found.objects.filter(**row.owners(), invoice=row).defer("sealed").order_by("id"))


def invoices_of_merchant(merchant_id: int) -> QuerySet[ServiceInvoice]:
    """What the merchant asked for, newest first, with its contracts."""
    return ServiceInvoice.objects.filter(merchant_id=merchant_id).select_related("deal").order_by("-id")


def invoices_of_provider(provider_id: int) -> QuerySet[ServiceInvoice]:
    """What the provider was asked for, newest first, with its contracts."""
    return ServiceInvoice.objects.filter(provider_id=provider_id).select_related("deal").order_by("-id")


def commission_invoices(provider_id: int) -> QuerySet[CommissionInvoice]:
    """What the provider asked the market for, newest first, with its statements."""
    return CommissionInvoice.objects.filter(provider_id=provider_id).select_related("statement").order_by("-id")


def titles_of(organization_id: int) -> list[InvoiceTitle]:
    """The organization's kept titles, the one used last first."""
    found = InvoiceTitle.objects.filter(merchant_id=organization_id, used_at__isnull=False)
    return list(found.order_by("-used_at", "-id")[:MOST_TITLES])


def access_title(*, organization_id: int, pk: int) -> InvoiceTitle:
    """A kept title. Raises NotFound."""
    row = InvoiceTitle.objects.filter(merchant_id=organization_id, pk=pk, used_at__isnull=False).first()
    if row is None:
        raise NotFound(_("There is no such title."))
    return row


def deals_to_ask(merchant_id: int) -> list[tuple[Deal, int]]:
    """(contract, what is left to ask) of those where anything was released, newest first; fifty at most."""
    deals = Deal.objects.filter(merchant_id=merchant_id, currency=CURRENCY, released__gt=0).order_by("-id")[:50]
    return [(deal, left) for deal in deals if (left := left_of_deal(deal))]


def statements_to_ask(provider_id: int) -> list[tuple[Statement, int]]:
    """(statement, what is left to ask), newest first; two years of them at most."""
    rows = Statement.objects.filter(provider_id=provider_id, currency=CURRENCY).order_by("-month")[:24]
    return [(row, left) for row in rows if (left := left_of_statement(row))]


def waits_of_provider(provider_id: int, at: datetime) -> list[Wait]:
    """Invoices the provider owes, the most urgent first; needs its scope."""
    rows = ServiceInvoice.objects.filter(provider_id=provider_id, state__in=OWED).select_related("deal").order_by("due_at")[:3]
    words = {"asked": _("Issue the fapiao of %(amount)s"), "to_reverse": _("Issue a red-letter note of %(amount)s")}
    return [
        Wait(
            row.deal.title,
            words[row.state] % {"amount": money(row.excess or row.amount, row.currency)},
            f"/desk/earnings/invoices/{row.pk}/",
            "bad" if row.due_at < at else "warn",
            row.due_at,
        )
        for row in rows
    ]
