from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "orders.store"
    label = "store"
