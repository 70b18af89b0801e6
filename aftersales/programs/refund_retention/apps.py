from django.apps import AppConfig


class RefundRetentionConfig(AppConfig):
    name = "aftersales.programs.refund_retention"
    label = "refund_retention"
