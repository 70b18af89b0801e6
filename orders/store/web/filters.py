"""What the lists can be narrowed by. Searches are prefix ranges: a pattern match would ignore the index under a policy."""

from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.ui.days import DayFilter
from orders.store.models import ShopOrder, Sku
from orders.store.queries import shops

LAST = "\U0010ffff"


def _shops(request: HttpRequest) -> QuerySet[Any]:
    return shops(request.organization.pk)


class ShopDayFilter(DayFilter):
    """Days as the shop of each row has them: its pages show times in its own zone."""

    def condition(self, day: date, request: HttpRequest) -> Q:
        zones = list(_shops(request).order_by().values_list("timezone", flat=True).distinct())
        if len(zones) < 2:  # nearly always, and a plain range keeps the index
            return self.within(day, *(zones or ["UTC"]))
        return reduce(or_, (Q(shop__timezone=zone) & self.within(day, zone) for zone in zones))


class OrderFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Order number"), widget=forms.TextInput(attrs={"type": "search"}))
    status = django_filters.ChoiceFilter(choices=ShopOrder.Status, label=_("Status"), empty_label=_("All"))
    shop = django_filters.ModelChoiceFilter(queryset=_shops, label=_("Shop"), empty_label=_("All"))
    placed_from = ShopDayFilter("placed_at")
    placed_to = ShopDayFilter("placed_at", last=True)
    o = django_filters.OrderingFilter(
        fields=(
            ("external_ref", "external_ref"),
            ("placed_at", "placed_at"),
            ("captured_amount", "captured_amount"),
            ("refunded_amount", "refunded_amount"),
        )
    )

    class Meta:
        model = ShopOrder
        fields: list[str] = []

    def search(self, queryset: QuerySet[ShopOrder], name: str, value: str) -> QuerySet[ShopOrder]:
        text = value.strip()
        return queryset.filter(external_ref__gte=text, external_ref__lt=text + LAST)


def code_like(words: str) -> Q:
    """Codes that begin so, as typed or in capitals: some systems write all of theirs in capitals. Ranges keep the index."""
    typed = words.strip()
    found = [Q(code__gte=text, code__lt=text + LAST) for text in {typed, typed.upper()}]
    return reduce(or_, found)


class SkuFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Product code"))
    shop = django_filters.ModelChoiceFilter(queryset=_shops, label=_("Shop"), empty_label=_("All"))
    category = django_filters.CharFilter(field_name="category", label=_("Category"))
    o = django_filters.OrderingFilter(fields=(("code", "code"), ("title", "title"), ("category", "category")))

    class Meta:
        model = Sku
        fields: list[str] = []

    def search(self, queryset: QuerySet[Sku], name: str, value: str) -> QuerySet[Sku]:
        return queryset.filter(code_like(value))
