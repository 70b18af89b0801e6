from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PresaleBalanceConfig(AppConfig):
    name = "aftersales.programs.presale_balance"
    label = "presale_balance"
    verbose_name = _("Presale balance reminders")
