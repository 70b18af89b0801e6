"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from aftersales import queries
from aftersales.operations import execute_run, open_automatic_run
from aftersales.payouts.telling import settle_and_tell
from marketplace.tenancy.actor import BEAT


@shared_task(name="aftersales.run.executed")
def execute(*, merchant_id: int, run_id: int) -> None:
    """Carry out one waiting run and send its payouts."""
    done = execute_run(merchant_id=merchant_id, run_id=run_id, by=BEAT, at=timezone.now())
    if done is not None and not done.dry_run:
        settle_and_tell(merchant_id=merchant_id, at=timezone.now())


@shared_task(name="aftersales.run.swept")
def sweep_runs() -> int:
    """Nudge every run that waits or whose worker died."""
    waiting = queries.unfinished_runs()
    for merchant_id, run_id in waiting:
        execute.delay(merchant_id=merchant_id, run_id=run_id)
    return len(waiting)


@shared_task(name="aftersales.run.scheduled")
def start_automatic_runs() -> int:
    """Open today's run of every program in automatic mode, once per shop-local day."""
    opened = 0
    for merchant_id, program in queries.automatic_policies():
        found = open_automatic_run(merchant_id=merchant_id, program=program, by=BEAT, at=timezone.now())
        if found is not None:
            execute.delay(merchant_id=merchant_id, run_id=found.pk)
            opened += 1
    return opened


@shared_task(name="aftersales.payouts.settled")
def settle(*, merchant_id: int) -> dict[str, int]:
    """Send one merchant's due payouts and ask about the unknown ones."""
    return settle_and_tell(merchant_id=merchant_id, at=timezone.now())


@shared_task(name="aftersales.payouts.swept")
def sweep_payouts() -> int:
    """Nudge every merchant that has payouts on their way."""
    merchants = queries.merchants_with_open_payouts()
    for merchant_id in merchants:
        settle.delay(merchant_id=merchant_id)
    return len(merchants)
