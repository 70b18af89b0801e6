"""Celery shells of this app."""

from celery import shared_task
from django.utils import timezone

from marketplace.api.operations import forget_answers


@shared_task(name="api.answers.forgotten")
def forget() -> int:
    """Delete answers nobody will ask for again."""
    return forget_answers(at=timezone.now())
