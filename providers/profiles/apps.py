from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "providers.profiles"
    label = "profiles"
