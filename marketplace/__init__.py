"""Shangban 商伴: a service market with an after-sales engine."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
