from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MerchantsConfig(AppConfig):
    name = "merchants"
    verbose_name = _("Merchants")

    def ready(self) -> None:
        from marketplace.accounts.founding import on_founded
        from merchants.operations import open_profile

        on_founded(open_profile)
