from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "orders.store"
    verbose_name = _("Order store")
    label = "store"
