"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task

from marketplace.outbox import queries
from marketplace.outbox.channels import NAMES
from marketplace.outbox.delivery.engine import deliver as deliver_slice


@shared_task(name="outbox.messages.delivered")
def deliver(*, merchant_id: int, channel: str = "") -> dict[str, int]:
    """One slice of a merchant's messages on a channel (on every channel where none is named)."""
    tally: dict[str, int] = {}
    for name in [channel] if channel else NAMES:
        for state, count in deliver_slice(merchant_id=merchant_id, channel=name).items():
            tally[state] = tally.get(state, 0) + count
    return tally


@shared_task(name="outbox.messages.swept")
def sweep() -> int:
    """Nudge every merchant and channel that has something due: one slice each, so that nobody waits behind a flood."""
    waiting = queries.due()
    for merchant_id, channel in waiting:
        deliver.apply_async(kwargs={"merchant_id": merchant_id, "channel": channel}, expires=30)
    return len(waiting)
