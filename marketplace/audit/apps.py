from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "marketplace.audit"
    verbose_name = _("Audit")
    label = "audit"

    def ready(self) -> None:
        from marketplace.audit.words import FACT_WORDS
        from marketplace.ui.labels import add_facts

        add_facts(FACT_WORDS)
