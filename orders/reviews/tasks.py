"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.reviews.operations import close_round
from orders.reviews.pulses import ask_pulses
from orders.reviews.queries import due


@shared_task(name="reviews.rounds.swept")
def sweep_rounds() -> int:
    """Close every round whose fourteen days are over."""
    found = due(timezone.now())
    for merchant_id, round_id in found:
        close.delay(merchant_id=merchant_id, round_id=round_id)
    return len(found)


@shared_task(name="reviews.round.closed")
def close(*, merchant_id: int, round_id: int) -> bool:
    """Publish what there is."""
    return close_round(merchant_id=merchant_id, round_id=round_id, by=BEAT, at=timezone.now())


@shared_task(name="reviews.pulses.asked")
def ask() -> int:
    """Ask merchants about the month that is over."""
    return ask_pulses(by=BEAT, at=timezone.now())
