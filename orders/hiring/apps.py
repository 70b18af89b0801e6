from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HiringConfig(AppConfig):
    name = "orders.hiring"
    label = "hiring"
    verbose_name = _("Hiring")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.hiring.notices import NOTICES

        for notice in NOTICES:
            register_notice(notice)
