"""Reading presale enrolments and touches. Every query names the merchant, on top of row-level security."""

from typing import Any

from django.db.models import Count, F, Prefetch, QuerySet

from aftersales.programs.presale_balance.models import Enrolment, Touch
from marketplace.kernel.errors import NotFound
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


def has_work(merchant_id: int) -> bool:
    """Whether an automatic run can find anything: an open enrolment, or a presale order that owes its balance."""
    owing = ShopOrder.objects.filter(merchant_id=merchant_id, deposit_paid_at__isnull=False, balance_paid_at__isnull=True)
    return Enrolment.objects.filter(merchant_id=merchant_id, is_final=False).exists() or owing.exists()
