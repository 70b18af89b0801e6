from django.apps import AppConfig


class PresaleBalanceConfig(AppConfig):
    name = "aftersales.programs.presale_balance"
    label = "presale_balance"
