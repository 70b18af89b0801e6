from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    name = "orders.store"
    verbose_name = _("Order store")
    label = "store"

    def ready(self) -> None:
        from marketplace.outbox.directory import register_directory
        from marketplace.ui.finding import register_finder
        from orders.store.directory import addresses, buyers_with, mark_opted_out, zone_of
        from orders.store.figures import case_figures
        from orders.store.web.finding import FINDERS
        from providers.profiles.cases.metrics import register_figures

        for finder in FINDERS:
            register_finder(finder)
        register_directory(addresses, find=buyers_with, opt_out=mark_opted_out, zone=zone_of)
        register_figures(case_figures)
