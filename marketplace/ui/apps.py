from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "marketplace.ui"
    label = "ui"
