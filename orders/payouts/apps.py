from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PayoutsConfig(AppConfig):
    name = "orders.payouts"
    label = "payouts"
    verbose_name = _("Payouts")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.payouts.notices import NOTICES

        for notice in NOTICES:
            register_notice(notice)
