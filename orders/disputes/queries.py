"""Reading disputes. Every query names the organization, on top of row-level security."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ui.formats import minor_to_decimal
from orders.disputes.models import Dispute, DisputeStep
from orders.disputes.states import LAPSES
from orders.escrow.models import Deal
from orders.escrow.operations import preview_release, preview_reversal
from orders.service.models import Milestone

#: One statement over all tenants; each dispute is then looked at again under its lock.
DUE = """
SELECT merchant_id, id FROM disputes_dispute
 WHERE state NOT IN ('settled', 'withdrawn') AND ((due_at <= %(at)s AND state = ANY (%(lapses)s)) OR cap_at <= %(at)s)
 ORDER BY due_at LIMIT 1000
"""


def disputes_of(organization_id: int, kind: str) -> QuerySet[Dispute]:
    """An organization's disputes, newest first, with contract and milestone."""
    mine = {"merchant_id": organization_id} if kind == "merchant" else {"provider_id": organization_id}
    return Dispute.objects.filter(**mine).select_related("order", "milestone").order_by("-opened_at", "-pk")


def access_dispute(*, organization_id: int, pk: int, lock: bool = False) -> Dispute:
    """One dispute of this organization. Raises NotFound for foreign and missing alike."""
    found = Dispute.objects.select_for_update(of=("self",)) if lock else Dispute.objects.all()
    mine = Q(merchant_id=organization_id) | Q(provider_id=organization_id)
    row = found.filter(mine, pk=pk).select_related("order", "milestone").first()
    if row is None or organization_id not in (row.merchant_id, row.provider_id):
        raise NotFound(_("There is no such dispute."))
    return row


def open_dispute_of(milestone: Milestone) -> Dispute | None:
    """The open dispute about a milestone, if there is one."""
    found = Dispute.objects.filter(merchant_id=milestone.merchant_id, milestone_id=milestone.pk, closed_at__isnull=True)
    return found.first()


def is_decided(milestone: Milestone) -> bool:
    """Whether a dispute about it was settled: that is final."""
    return Dispute.objects.filter(merchant_id=milestone.merchant_id, milestone_id=milestone.pk, state="settled").exists()


def steps_of(dispute: Dispute) -> QuerySet[DisputeStep]:
    """Everything that happened, oldest first."""
    return DisputeStep.objects.filter(merchant_id=dispute.merchant_id, dispute_id=dispute.pk).order_by("id")


def due(at: datetime) -> list[tuple[int, int]]:
    """(merchant, dispute) of everything time acts on now (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"at": at, "lapses": list(LAPSES)})
        return [(merchant_id, pk) for merchant_id, pk in cursor.fetchall()]


@dataclass(frozen=True)
class Consequences:
    """What a share comes to, for both sides, in minor units. `fee_back`: commission given back on what was released."""

    to_provider: int
    to_merchant: int
    currency: str
    fee: int
    net: int
    fee_back: int
    lines: list[Any]
    is_released: bool

    @property
    def typed(self) -> str:
        """The provider's share as a form takes it, in major units."""
        return str(minor_to_decimal(self.to_provider, self.currency))


def consequences(dispute: Dispute, to_provider: int, at: datetime) -> Consequences:
    """What both sides would get if the provider were given so much. Changes nothing; needs the scope of a party."""
    deal = Deal.objects.get(merchant_id=dispute.merchant_id, order_id=dispute.order_id)
    back = dispute.at_stake - to_provider
    common = {"to_provider": to_provider, "to_merchant": back, "currency": dispute.currency}
    if dispute.milestone.closed_at is not None:
        taken = preview_reversal(deal, f"{dispute.milestone.hold_key}:closed", back) if back else None
        fee_back = taken.fee_back if taken else 0
        loses = (taken.from_pending + taken.from_earnings - fee_back) if taken else 0
        return Consequences(**common, fee=0, net=-loses, fee_back=fee_back, lines=[], is_released=True)  # type: ignore[arg-type]
    shown = preview_release(deal, to_provider, at)
    return Consequences(**common, fee=shown.fee, net=shown.net, fee_back=0, lines=shown.lines, is_released=False)  # type: ignore[arg-type]
