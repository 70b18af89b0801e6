"""Reading presale enrolments and touches. Every query names the merchant, on top of row-level security."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from aftersales.models import ProgramRun
from aftersales.programs.presale_balance.models import Enrolment, Touch
from aftersales.programs.presale_balance.rules import PROGRAM
from aftersales.queries import runs
from marketplace.kernel.errors import NotFound
from marketplace.outbox.channels import defaults_of
from marketplace.outbox.models import ChannelSettings
from orders.store.models import ShopOrder


def enrolments(merchant_id: int) -> QuerySet[Enrolment]:
    """Enrolments newest first, with what a row shows."""
    found = Enrolment.objects.filter(merchant_id=merchant_id).select_related("order", "shop", "buyer")
    return found.order_by("-id")


def access_enrolment(*, merchant_id: int, pk: int) -> Enrolment:
    """One enrolment of the merchant with its touches. Raises NotFound for foreign and missing alike."""
    touches = Touch.objects.filter(merchant_id=merchant_id).order_by("created_at", "id")
    found = enrolments(merchant_id).select_related("run", "experiment").prefetch_related(Prefetch("touch_set", queryset=touches))
    enrolment = found.filter(pk=pk).first()
    if enrolment is None:
        raise NotFound("There is no such enrolment.")
    return enrolment


def state_counts(merchant_id: int) -> dict[str, int]:
    """Enrolments by state."""
    found = Enrolment.objects.filter(merchant_id=merchant_id).values_list("state").annotate(n=Count("id")).order_by()
    return dict(found)


def touch_counts(merchant_id: int) -> list[dict[str, Any]]:
    """Touches by step, state and reason."""
    found = Touch.objects.filter(merchant_id=merchant_id).values("step", "state", "reason").annotate(count=Count("id"))
    return [dict(row) for row in found.order_by("step", "state", "reason")]


def suppressed_counts(merchant_id: int) -> dict[str, int]:
    """Enrolments that are not reminded, by reason."""
    found = Enrolment.objects.filter(merchant_id=merchant_id, state="suppressed").values_list("reason")
    return dict(found.annotate(n=Count("id")).order_by())


def sent_after_paid(merchant_id: int) -> int:
    """Touches that left although the balance had been paid before; must stay below one in a thousand."""
    found = Touch.objects.filter(merchant_id=merchant_id, state="sent", enrolment__merchant_id=merchant_id)
    return found.filter(enrolment__balance_paid_at__lt=F("sent_at")).count()


def presale_orders(merchant_id: int, *, up_to: int) -> int:
    """How many presale orders the merchant has had; counts no further than `up_to`."""
    return ShopOrder.objects.filter(merchant_id=merchant_id, deposit_paid_at__isnull=False)[:up_to].count()


def closed_channels(merchant_id: int) -> set[str]:
    """Channels the merchant has switched off: a buyer is reached on another."""
    found = ChannelSettings.objects.filter(merchant_id=merchant_id, is_active=False)
    return set(found.values_list("channel", flat=True))


def planned_rates(merchant_id: int, channels: Iterable[str]) -> dict[str, int]:
    """How many messages a minute are planned on those of the channels that have a limit: nine tenths of it.

    The rest is for what else the channel carries, and for a worker that comes a moment late.
    """
    found = ChannelSettings.objects.filter(merchant_id=merchant_id).values_list("channel", "per_minute")
    limits = {**{channel: defaults_of(channel).per_minute for channel in channels}, **dict(found)}
    return {channel: max(1, limit * 9 // 10) for channel in channels if (limit := limits[channel]) is not None}


def has_work(merchant_id: int) -> bool:
    """Whether an automatic run can find anything: an open enrolment, or a presale order that owes its balance."""
    owing = ShopOrder.objects.filter(merchant_id=merchant_id, deposit_paid_at__isnull=False, balance_paid_at__isnull=True)
    return Enrolment.objects.filter(merchant_id=merchant_id, is_final=False).exists() or owing.exists()


def latest_window(merchant_id: int) -> tuple[datetime, datetime] | None:
    """The window of the order taken up last, if any."""
    found = Enrolment.objects.filter(merchant_id=merchant_id, opens_at__isnull=False).order_by("-id")
    window = found.values_list("opens_at", "closes_at").first()
    return (window[0], window[1]) if window and window[0] and window[1] else None


def busy_runs(merchant_id: int) -> QuerySet[ProgramRun]:
    """Runs that did something or failed, newest first: every few minutes one finds nothing."""
    idle = Q(counts__enrolled=0, counts__touches=0, counts__sent=0, counts__moved={}, counts__suppressed={}, slot__gt="")
    return runs(merchant_id, PROGRAM).exclude(idle)
