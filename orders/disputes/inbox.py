"""Disputes in which the market acts next, as lines of staff's inbox."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.staff.names import names_of
from orders.disputes.models import Dispute
from orders.disputes.states import ACTS_NEXT
from providers.moderation.waiting import Source, Waiting

OURS = tuple(state for state, side in ACTS_NEXT.items() if side == "market")


def waiting() -> Sequence[Waiting]:
    """Across tenants, as the system role; what is late first. Three statements, however many there are."""
    rows = list(Dispute.objects.using("system").filter(state__in=OURS).select_related("milestone").order_by("due_at", "id"))
    names = names_of(rows).organizations
    return [
        Waiting(
            title=f"{row.number} · {row.milestone.name}",
            detail=row.get_state_display(),
            party=" / ".join(names.get(each, "–") for each in (row.merchant_id, row.provider_id)),
            since=row.opened_at,
            due_at=min(row.due_at or row.cap_at, row.cap_at),
            url=reverse("admin:disputes_dispute_act", args=[row.pk]),
        )
        for row in rows
    ]


def list_url() -> str:
    return reverse("admin:disputes_dispute_changelist")


SOURCE = Source("dispute", _("Disputes"), "disputes.change_dispute", list_url, waiting)
