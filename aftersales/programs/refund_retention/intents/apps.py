"""Application registration of intent recognition."""

from django.apps import AppConfig


class RetentionIntentsConfig(AppConfig):
    name = "aftersales.programs.refund_retention.intents"
    label = "retention_intents"
