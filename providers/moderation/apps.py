from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "providers.moderation"
    verbose_name = _("Moderation")
    label = "moderation"

    def ready(self) -> None:
        from providers.moderation import notices, ours

        notices.register()
        ours.register()
