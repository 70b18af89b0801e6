from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DisputesConfig(AppConfig):
    name = "orders.disputes"
    label = "disputes"
    verbose_name = _("Disputes")

    def ready(self) -> None:
        from orders.disputes import inbox, notices
        from providers.moderation.waiting import register_waiting

        notices.register()
        register_waiting(inbox.SOURCE)
