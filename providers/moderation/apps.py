from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "providers.moderation"
    label = "moderation"
