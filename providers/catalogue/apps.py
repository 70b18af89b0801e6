from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "providers.catalogue"
    label = "catalogue"
