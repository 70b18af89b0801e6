from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "providers.onboarding"
    label = "onboarding"
