from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuardsConfig(AppConfig):
    name = "aftersales.guards"
    label = "guards"
    verbose_name = _("Guards")

    def ready(self) -> None:
        from aftersales.guards.approvals.operations import pay_approved, refuse_rejected, register_effect
        from aftersales.guards.budgets.operations import approve_budget, approve_settings
        from aftersales.guards.notices import ALERT
        from aftersales.guards.queries import killed_programs
        from aftersales.guards.web.switch import stopped_banners
        from marketplace.outbox.kinds import register
        from marketplace.outbox.vetoes import register_veto
        from marketplace.ui.banners import register_banners
        from marketplace.ui.labels import add_reasons

        register_effect("payout", pay_approved, refuse_rejected)
        register_effect("batch", pay_approved, refuse_rejected)
        register_effect("budget", approve_budget)
        register_effect("settings", approve_settings)
        register_veto(killed_programs)
        register(ALERT)
        add_reasons({"seen_meanwhile": _("Somebody had seen it already.")})
        register_banners("/programs/", stopped_banners)
        register_banners("/guards/", stopped_banners)
