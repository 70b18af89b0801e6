from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShiftsConfig(AppConfig):
    name = "orders.shifts"
    label = "shifts"
    verbose_name = _("Shifts")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from marketplace.ui.waiting import register_waits
        from orders.shifts.notices import NOTICES
        from orders.shifts.queries import waits_of_merchant, waits_of_provider

        for notice in NOTICES:
            register_notice(notice)
        register_waits("merchant", waits_of_merchant)
        register_waits("provider", waits_of_provider)
