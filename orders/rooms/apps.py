from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    name = "orders.rooms"
    label = "workrooms"
    verbose_name = _("Work rooms")

    def ready(self) -> None:
        from marketplace.audit.words import add_fact_values
        from marketplace.ui.navigation import register_badge
        from orders.rooms import notices
        from orders.rooms.badge import listing_path, unread
        from orders.rooms.registry import SubjectKind, register_subject
        from orders.rooms.states import DecisionState

        notices.register()
        register_badge("talks:list", unread)
        register_badge("desk_talks:list", unread)
        register_subject(SubjectKind("listing", _("Service"), url=listing_path))
        add_fact_values({"new": dict(DecisionState.choices)})
