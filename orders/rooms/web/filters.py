"""What a list of conversations can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.rooms.models import Message
from orders.rooms.queries import search_messages
from orders.rooms.registry import subjects
from orders.rooms.web.paths import kind_of

WAITING = (("us", _("Waits for us")), ("them", _("Waits for them")), ("unread", pgettext_lazy("conversation", "Unread")))


def _kinds() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in subjects()]


class TalkFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Words, title or name"), widget=forms.TextInput({"type": "search"}))
    about = django_filters.ChoiceFilter(
        field_name="subject_kind", choices=_kinds, label=pgettext_lazy("conversation", "About"), empty_label=_("All")
    )
    waits = django_filters.ChoiceFilter(
        method="waiting", choices=WAITING, label=pgettext_lazy("conversation", "State"), empty_label=_("All")
    )
    o = django_filters.OrderingFilter(fields=(("last_at", "last"), ("title", "title"), ("message_count", "messages")))

    request: HttpRequest

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """In titles, names and in what was said, as far as it may be read before a contract."""
        text = value.replace("\x00", "").strip()
        said = search_messages(Message.objects.filter(merchant_id=OuterRef("merchant_id"), conversation_id=OuterRef("pk")), text)
        other = "provider_name" if kind_of(self.request) == "merchant" else "merchant_name"
        return queryset.filter(Q(title__icontains=text) | Q(**{f"{other}__icontains": text}) | Exists(said.order_by()))

    def waiting(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        kind = kind_of(self.request)
        if value == "unread":
            return queryset.filter(is_unread=True)
        if value == "them":
            return queryset.filter(last_side=kind)
        return queryset.exclude(last_side__in=[kind, ""])
