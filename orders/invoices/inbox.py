"""Fapiao that the market has to issue or reverse, as lines of staff's inbox."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.staff.names import names_of
from marketplace.ui.formats import money
from orders.invoices.models import CommissionInvoice
from orders.invoices.states import OWED
from providers.moderation.waiting import Source, Waiting


def waiting() -> Sequence[Waiting]:
    """Across providers, what is due first on top; two statements, however many there are."""
    rows = list(CommissionInvoice.objects.using("system").filter(state__in=OWED).order_by("due_at", "id"))
    names = names_of(rows).organizations
    return [
        Waiting(
            title=f"{row.number} · {money(row.excess or row.amount, row.currency)}",
            detail=row.get_state_display(),
            party=names.get(row.provider_id, "–"),
            since=row.asked_at,
            due_at=row.due_at,
            url=reverse("admin:invoices_commissioninvoice_act", args=[row.pk]),
        )
        for row in rows
    ]


def list_url() -> str:
    return reverse("admin:invoices_commissioninvoice_changelist") + "?owed=yes"


SOURCE = Source("commission_fapiao", _("Commission fapiao to issue"), "invoices.change_commissioninvoice", list_url, waiting)
