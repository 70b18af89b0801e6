"""Payouts that came back and have not left again, as lines of staff's inbox."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.staff.names import names_of
from marketplace.ui.formats import money
from orders.payouts.queries import bounced
from providers.moderation.waiting import Source, Waiting

#: By then somebody has seen to it.
SEEN_TO = timedelta(days=7)


def waiting() -> Sequence[Waiting]:
    """Across providers, the longest wait first; two statements, however many there are."""
    rows = list(bounced().select_related("account"))
    names = names_of(rows).organizations
    return [
        Waiting(
            title=f"{row.number} · {money(row.amount, row.currency)}",
            detail=row.note or row.get_state_display(),
            party=names.get(row.provider_id, "–"),
            since=row.settled_at or row.created_at,
            due_at=(row.settled_at or row.created_at) + SEEN_TO,
            url=reverse("admin:payouts_payout_act", args=[row.pk]),
        )
        for row in rows
    ]


def list_url() -> str:
    return reverse("admin:payouts_payout_changelist") + "?bounced=open"


SOURCE = Source("bounced_payout", _("Payouts that came back"), "payouts.change_payout", list_url, waiting)
