from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "orders.store"
    verbose_name = _("Order store")
    label = "store"

    def ready(self) -> None:
        from marketplace.outbox.directory import register_directory
        from orders.store.directory import addresses

        register_directory(addresses)
