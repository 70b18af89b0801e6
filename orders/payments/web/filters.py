"""What the lists of payments can be narrowed by. Searches are prefix ranges, which keep their index under a policy."""

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.models import LedgerEntry
from marketplace.ui.days import DayFilter
from orders.payments.gateways import NAMES, label_of
from orders.payments.models import PayBack, PayIn
from orders.payments.states import PayBackState, PayInState

LAST = "\U0010ffff"


def _currencies(_request: HttpRequest | None = None) -> list[tuple[str, str]]:
    return [(code, code) for code in settings.PAYMENT_CURRENCIES]


def _companies() -> list[tuple[str, str]]:
    return [(name, label_of(name)) for name in settings.PAYMENT_GATEWAYS if name in NAMES]


class PayInFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Reference or note"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=PayInState, label=_("State"), empty_label=_("All"))
    gateway = django_filters.ChoiceFilter(choices=_companies, label=_("Paid by"), empty_label=_("All"))
    since = DayFilter("created_at")
    until = DayFilter("created_at", last=True)
    o = django_filters.OrderingFilter(fields=(("created_at", "created_at"), ("amount", "amount"), ("expires_at", "expires_at")))

    class Meta:
        model = PayIn
        fields: list[str] = []

    def search(self, queryset: QuerySet[PayIn], name: str, value: str) -> QuerySet[PayIn]:
        text = value.strip()
        return queryset.filter(
            Q(reference__gte=text.upper(), reference__lt=text.upper() + LAST) | Q(memo__gte=text, memo__lt=text + LAST)
        )


class PayBackFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Reference"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=PayBackState, label=_("State"), empty_label=_("All"))
    o = django_filters.OrderingFilter(fields=(("created_at", "created_at"), ("amount", "amount")))

    class Meta:
        model = PayBack
        fields: list[str] = []

    def search(self, queryset: QuerySet[PayBack], name: str, value: str) -> QuerySet[PayBack]:
        text = value.strip().upper()
        return queryset.filter(request_id__gte=text, request_id__lt=text + LAST)


class MovementFilter(django_filters.FilterSet):
    """Movements of the wallet."""

    way = django_filters.ChoiceFilter(
        method="by_way", choices=[("in", _("Into the wallet")), ("out", _("Out of the wallet"))], label=_("Direction"),
        empty_label=_("All"),
    )  # fmt: skip
    currency = django_filters.ChoiceFilter(choices=_currencies, label=_("Currency"), empty_label=_("All"))
    since = DayFilter("transfer__occurred_at")
    until = DayFilter("transfer__occurred_at", last=True)
    o = django_filters.OrderingFilter(fields=(("id", "booked"), ("amount", "amount")))

    class Meta:
        model = LedgerEntry
        fields: list[str] = []

    def by_way(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(amount__gt=0) if value == "in" else queryset.filter(amount__lt=0)
