"""Money that people have to send back, or to ask the payment company about, as lines of staff's inbox: it has left the wallet."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.staff.names import names_of
from marketplace.ui.formats import money
from orders.payments.models import PayBack
from orders.payments.operations.returning import MOST_ATTEMPTS, OFFLINE, UNSETTLED
from providers.moderation.waiting import Source, Waiting

SENT_WITHIN = timedelta(days=2)
SHOWN = 500


def waiting() -> Sequence[Waiting]:
    """Across merchants, the longest wait first; two statements, however many there are."""
    open_ones = PayBack.objects.using("system").filter(state__in=UNSETTLED).select_related("pay_in")
    left = Q(pay_in__gateway__in=OFFLINE) | Q(attempts__gte=MOST_ATTEMPTS)
    rows = list(open_ones.filter(left).order_by("created_at", "id")[:SHOWN])
    names = names_of(rows).organizations
    return [
        Waiting(
            title=f"{row.request_id} · {money(row.amount, row.currency)}", detail=row.get_state_display(),
            party=names.get(row.merchant_id, "–"), since=row.created_at, due_at=row.created_at + SENT_WITHIN,
            url=reverse("admin:payments_payback_act", args=[row.pk]),
        )
        for row in rows
    ]  # fmt: skip


def list_url() -> str:
    return reverse("admin:payments_payback_changelist")


SOURCE = Source("pay_back", _("Money to send back"), "payments.change_payback", list_url, waiting)
