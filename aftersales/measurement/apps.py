from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "aftersales.measurement"
    label = "measurement"
