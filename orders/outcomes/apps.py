from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutcomesConfig(AppConfig):
    name = "orders.outcomes"
    label = "outcomes"
    verbose_name = _("Outcomes")

    def ready(self) -> None:
        from orders.outcomes.clause import KIND
        from orders.outcomes.contract import describe, validate
        from orders.outcomes.notices import register_notices
        from orders.outcomes.operations import listen, settle_at_end
        from orders.service.clauses import register_clause
        from orders.service.operations.concluding import register_last_fee

        register_clause(KIND, validate, describe)
        register_notices()
        listen()
        register_last_fee(settle_at_end)
