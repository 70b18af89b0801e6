from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "orders.payments"
    label = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.payments import inbox, notices
        from providers.moderation.waiting import register_waiting

        for notice in notices.NOTICES:
            register_notice(notice)
        register_waiting(inbox.SOURCE)
