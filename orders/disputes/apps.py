from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "orders.disputes"
    label = "disputes"
    verbose_name = _("Disputes")

    def ready(self) -> None:
        from orders.disputes import notices

        notices.register()
