from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AftersalesConfig(AppConfig):
    name = "aftersales"
    verbose_name = _("After-sales programs")

    def ready(self) -> None:
        from aftersales.guards.approvals.operations import register_effect
        from aftersales.outcomes.measured import register_outcomes
        from aftersales.programs.changing import approve_policy
        from aftersales.programs.price_protection.notices import KIND
        from aftersales.programs.price_protection.rules import REASONS
        from aftersales.web.views import order_extra
        from marketplace.outbox import kinds
        from marketplace.ui.labels import add_reasons
        from orders.store.web.extensions import register_order_extra

        add_reasons(REASONS)
        kinds.register(KIND)
        register_order_extra(order_extra)
        register_effect("policy", approve_policy)
        register_outcomes()
