from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuardsConfig(AppConfig):
    name = "aftersales.guards"
    label = "guards"
    verbose_name = _("Guards")

    def ready(self) -> None:
        from aftersales.guards.queries import killed_programs
        from marketplace.outbox.vetoes import register_veto

        register_veto(killed_programs)
