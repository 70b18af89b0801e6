"""Application registration."""

from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    """Holds the ``embedded`` and ``up`` commands; no models."""

    name = "marketplace.embedded"
    label = "embedded"
