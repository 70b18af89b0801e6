from django.apps import AppConfig


class ShortlistsConfig(AppConfig):
    name = "providers.shortlists"
    label = "shortlists"
