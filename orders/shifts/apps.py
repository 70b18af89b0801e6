from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShiftsConfig(AppConfig):
    name = "orders.shifts"
    label = "shifts"
    verbose_name = _("Shifts")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from marketplace.ui.waiting import register_waits
        from orders.rooms.registry import register_evidence
        from orders.service.counting import register_count
        from orders.shifts import connecting
        from orders.shifts.notices import NOTICES
        from orders.shifts.queries import waits_of_merchant, waits_of_provider

        for notice in NOTICES:
            register_notice(notice)
        register_evidence("order", connecting.evidence)
        register_count(connecting.count_of)
        register_waits("merchant", waits_of_merchant)
        register_waits("provider", waits_of_provider)
