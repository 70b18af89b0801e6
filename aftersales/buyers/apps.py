from django.apps import AppConfig


class BuyersConfig(AppConfig):
    name = "aftersales.buyers"
    label = "buyers"
