"""What the message list can be narrowed by. The search is a prefix range: a pattern match would ignore the index."""

from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.outbox import queries
from marketplace.outbox.directory import zone
from marketplace.outbox.kinds import all_kinds, kinds_of
from marketplace.outbox.models import Channel, Message
from marketplace.ui.days import DayFilter
from marketplace.ui.kit import Text
from marketplace.ui.labels import PROGRAMS, humanize, reason_label

LAST = "\U0010ffff"


def programs() -> list[tuple[str, Text]]:
    """Programs that send messages, each with the name people know, or that of its app."""
    known = {config.label: config.verbose_name for config in apps.get_app_configs()} | dict(PROGRAMS)
    return [(name, known.get(name) or humanize(name)) for name in sorted({kind.program for kind in all_kinds()})]


def page_zone(request: HttpRequest) -> str:
    """The zone in which the merchant's pages show times."""
    return zone(request.organization.pk)


class MessageFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Key"), widget=forms.TextInput(attrs={"type": "search"}))
    program = django_filters.ChoiceFilter(method="of_program", label=_("Program"), empty_label=_("All"))
    state = django_filters.ChoiceFilter(choices=Message.State, label=_("State"), empty_label=_("All"))
    reason = django_filters.ChoiceFilter(label=_("Reason"), empty_label=_("All"))
    channel = django_filters.ChoiceFilter(choices=Channel, label=_("Channel"), empty_label=_("All"))
    due_from = DayFilter("run_at", zone=page_zone)
    due_to = DayFilter("run_at", zone=page_zone, last=True)

    class Meta:
        model = Message
        fields: list[str] = []

    def __init__(self, *values: Any, **more: Any) -> None:
        super().__init__(*values, **more)
        self.filters["program"].extra["choices"] = programs()
        seen = queries.recent_reasons(self.request.organization.pk)
        self.filters["reason"].extra["choices"] = [(code, reason_label(code)) for code in seen]

    def search(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        text = value.replace("\0", "").strip()
        return queryset.filter(effect_key__gte=text, effect_key__lt=text + LAST)

    def of_program(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        return queryset.filter(kind__in=kinds_of(value))
