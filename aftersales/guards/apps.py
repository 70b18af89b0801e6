from django.apps import AppConfig


class GuardsConfig(AppConfig):
    name = "aftersales.guards"
    label = "guards"
