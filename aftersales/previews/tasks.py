"""Shells around one domain call each; the forecast's row says whether there is anything to do."""

from celery import shared_task
from django.utils import timezone

from aftersales.previews.operations import compute_forecast
from aftersales.previews.queries import unfinished
from marketplace.tenancy.actor import BEAT


@shared_task(name="aftersales.forecast.computed")
def compute(*, merchant_id: int, forecast_id: int) -> None:
    """Compute one waiting forecast."""
    compute_forecast(merchant_id=merchant_id, forecast_id=forecast_id, by=BEAT, at=timezone.now())


@shared_task(name="aftersales.forecast.swept")
def sweep() -> int:
    """Nudge every forecast that waits or whose worker died."""
    waiting = unfinished()
    for merchant_id, forecast_id in waiting:
        compute.delay(merchant_id=merchant_id, forecast_id=forecast_id)
    return len(waiting)
