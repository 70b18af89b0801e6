from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "providers.scorecards"
    label = "scorecards"
