"""Application registration of the composition root."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Registers the deployment checks; no models."""

    name = "marketplace"

    def ready(self) -> None:
        """Register the checks of ``marketplace.checks``."""
        from marketplace import checks  # noqa: F401 - importing registers them
