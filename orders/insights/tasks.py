"""Shells around one domain call each."""

from celery import shared_task

from orders.insights.counting import taken
from orders.insights.operations import write_down


@shared_task(name="insights.views.swept")
def sweep_views() -> int:
    """Write down what was looked at since the last time."""
    return write_down(taken())
