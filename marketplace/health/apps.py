"""Application registration."""

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """Liveness and readiness."""

    name = "marketplace.health"
    label = "health"
