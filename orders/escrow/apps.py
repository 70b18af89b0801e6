from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscrowConfig(AppConfig):
    name = "orders.escrow"
    label = "escrow"
    verbose_name = _("Escrow")

    def ready(self) -> None:
        from orders.escrow import inbox
        from providers.moderation.waiting import register_waiting

        register_waiting(inbox.SOURCE)
