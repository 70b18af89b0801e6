"""Who acts, and what every act leaves behind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.invoices.errors import OtherSide
from orders.invoices.models import CommissionInvoice, ServiceInvoice
from orders.invoices.states import SIDES, Side

PAGES = {
    ("service", "requester"): "/money/invoices/",
    ("service", "issuer"): "/desk/earnings/invoices/",
    ("commission", "requester"): "/desk/earnings/invoices/own/",
}


@dataclass(frozen=True)
class Party:
    """Who acts: an organization, or the market's staff on the request of that organization."""

    organization_id: int
    is_market: bool = False

    def side_of(self, row: ServiceInvoice | CommissionInvoice) -> Side:
        """Which side of a request this is."""
        if isinstance(row, CommissionInvoice):
            return "issuer" if self.is_market else "requester"
        return "requester" if row.merchant_id == self.organization_id and not self.is_market else "issuer"

    def must_be(self, row: ServiceInvoice | CommissionInvoice, act: str) -> None:
        """Raise OtherSide unless the act is this side's."""
        is_staff_elsewhere = self.is_market and isinstance(row, ServiceInvoice)
        if self.side_of(row) != SIDES[act] or is_staff_elsewhere:
            raise OtherSide(_("The other side does this."))


def note(row: ServiceInvoice | CommissionInvoice, what: str, by: Actor, *, party: int, **facts: Any) -> None:
    """One audit row, with the party in whose scope it is done."""
    about = {"number": row.number, "amount": row.amount, "currency": row.currency, "state": row.state, **facts}
    record(merchant_id=party, by=by, action=f"orders.invoice.{what}", facts=about)


def tell_side(
    row: ServiceInvoice | CommissionInvoice, side: Side, what: str, at: datetime, *, step: str, amount: int, **facts: Fact
) -> None:
    """Tell one side's people; the market's are told by their inbox. In the caller's transaction."""
    reader = row.requester_id if side == "requester" else row.issuer_id
    if reader is None:
        return
    kind = "service" if isinstance(row, ServiceInvoice) else "commission"
    with scope(reader):
        tell(
            organization_id=reader, kind=f"orders.invoice.{what}",
            facts={"about": about(row), "amount": both.money(amount, row.currency), **facts}, at=at,
            url=f"{PAGES[kind, side]}{row.pk}/", effect_key=f"invoice:{row.prefix}:{row.pk}:{what}:{step}",
        )  # fmt: skip


def about(row: ServiceInvoice | CommissionInvoice) -> str:
    """What the invoice is for, in the parties' own words or numbers."""
    if isinstance(row, ServiceInvoice):
        return f"{row.deal.number} {row.deal.title}"
    return f"{row.statement.month:%Y-%m}"


def name_of(organization_id: int) -> str:
    """What an organization is called."""
    with scope(organization_id):
        return Organization.objects.filter(pk=organization_id).values_list("name", flat=True).first() or ""
