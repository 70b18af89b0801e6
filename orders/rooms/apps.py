from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    name = "orders.rooms"
    label = "workrooms"
    verbose_name = _("Work rooms")

    def ready(self) -> None:
        from marketplace.audit.words import add_fact_values
        from orders.rooms import notices
        from orders.rooms.states import DecisionState

        notices.register()
        add_fact_values({"new": dict(DecisionState.choices)})
