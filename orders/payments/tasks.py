"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.payments import queries
from orders.payments.operations import autopaying, sweeping


@shared_task(name="payments.pay_ins.swept")
def sweep_all() -> int:
    """Nudge one task per merchant with payments that are due; and one per merchant with money to send back."""
    now = timezone.now()
    waiting = queries.merchants_with_open_payments(now)
    for merchant_id in waiting:
        sweep.delay(merchant_id=merchant_id)
    returning = queries.merchants_with_pay_backs(now)
    for merchant_id in returning:
        send_back.delay(merchant_id=merchant_id)
    return len(waiting) + len(returning)


@shared_task(name="payments.pay_ins.settled")
def sweep(*, merchant_id: int) -> int:
    """Look up, use and expire one merchant's payments."""
    return sweeping.sweep(merchant_id=merchant_id, at=timezone.now(), by=BEAT)


@shared_task(name="payments.pay_backs.sent")
def send_back(*, merchant_id: int) -> int:
    """Send one merchant's money back."""
    return sweeping.send_pay_backs(merchant_id=merchant_id, at=timezone.now(), by=BEAT)


@shared_task(name="payments.autopay.swept")
def sweep_autopay() -> int:
    """Pay what is due and permitted; how many invoices were paid."""
    return autopaying.sweep(by=BEAT, at=timezone.now())
