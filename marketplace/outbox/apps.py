from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "marketplace.outbox"
    label = "outbox"
    verbose_name = _("Messages to the world")

    def ready(self) -> None:
        from marketplace.outbox.web.labels import REASONS
        from marketplace.ui.labels import add_reasons

        add_reasons(REASONS)
