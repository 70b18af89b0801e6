"""Timers of contracts that were given up after a day of trying, as lines of staff's inbox: money or an end waits behind each."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy

from orders.service.models import Timer
from providers.moderation.waiting import Source, Waiting

LOOKED_AT = timedelta(hours=4)
SHOWN = 500


def waiting() -> Sequence[Waiting]:
    """Those given up, oldest first."""
    rows = Timer.objects.using("system").filter(state=Timer.State.FAILED).select_related("order").order_by("tried_at", "id")
    return [
        Waiting(
            title=row.order.title, detail=row.get_kind_display(), party=row.order.merchant_name, since=row.tried_at or row.due_at,
            due_at=(row.tried_at or row.due_at) + LOOKED_AT, url=reverse("admin:service_timer_change", args=[row.pk]),
        )
        for row in rows[:SHOWN]
    ]  # fmt: skip


def list_url() -> str:
    return reverse("admin:service_timer_changelist") + "?state__exact=failed"


SOURCE = Source("timers", gettext_lazy("Timers that failed"), "service.view_timer", list_url, waiting)
