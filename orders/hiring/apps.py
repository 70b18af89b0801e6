from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class HiringConfig(AppConfig):
    name = "orders.hiring"
    label = "hiring"
    verbose_name = _("Hiring")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.hiring.notices import NOTICES
        from orders.hiring.paths import need_path
        from orders.hiring.web import entrances
        from orders.rooms.registry import SubjectKind, register_subject

        register_subject(SubjectKind("brief", pgettext_lazy("hiring", "Need"), url=need_path))
        entrances.register()
        for notice in NOTICES:
            register_notice(notice)
