from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "providers.discovery"
    label = "discovery"
