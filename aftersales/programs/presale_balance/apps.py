from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PresaleBalanceConfig(AppConfig):
    name = "aftersales.programs.presale_balance"
    label = "presale_balance"
    verbose_name = _("Presale balance reminders")

    def ready(self) -> None:
        from aftersales.programs.presale_balance.metrics import REASONS, register_metrics
        from aftersales.programs.presale_balance.preparing import REMINDER
        from marketplace.outbox import kinds
        from marketplace.ui.labels import add_reasons

        kinds.register(REMINDER)
        register_metrics()
        add_reasons(REASONS)
