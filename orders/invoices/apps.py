from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class InvoicesConfig(AppConfig):
    name = "orders.invoices"
    label = "invoices"
    verbose_name = pgettext_lazy("app", "Fapiao")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from marketplace.ui.waiting import register_waits
        from orders.escrow.listeners import register_on_reversed
        from orders.invoices import inbox
        from orders.invoices.notices import NOTICES
        from orders.invoices.operations.fitting import fit_to_money
        from orders.invoices.queries import waits_of_provider
        from providers.moderation.waiting import register_waiting

        for notice in NOTICES:
            register_notice(notice)
        register_on_reversed(fit_to_money)
        register_waiting(inbox.SOURCE)
        register_waits("provider", waits_of_provider)
