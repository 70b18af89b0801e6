"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from aftersales.programs.refund_retention.intents import queries
from aftersales.programs.refund_retention.intents.operations import carry_out_training
from marketplace.tenancy.actor import BEAT


@shared_task(name="retention_intents.training.carried_out")
def train(*, merchant_id: int, training_id: int) -> None:
    """Carry out one waiting training."""
    carry_out_training(merchant_id=merchant_id, training_id=training_id, by=BEAT, at=timezone.now())


@shared_task(name="retention_intents.training.swept")
def sweep_trainings() -> int:
    """Nudge every training that waits or whose worker died."""
    waiting = queries.unfinished_trainings()
    for merchant_id, training_id in waiting:
        train.delay(merchant_id=merchant_id, training_id=training_id)
    return len(waiting)
