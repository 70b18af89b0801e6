"""What the list of earnings can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.ui.days import DayFilter
from orders.escrow.models import Release


class EarningFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Order or title"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=Release.State, label=_("Status"), empty_label=_("All"))
    since = DayFilter("released_at")
    until = DayFilter("released_at", last=True)
    o = django_filters.OrderingFilter(
        fields=(("released_at", "released"), ("available_at", "available"), ("gross", "gross"), ("net", "net"))
    )

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A scan of the provider's own releases, hundreds at most."""
        text = value.strip()
        return queryset.filter(Q(deal__number__icontains=text) | Q(deal__title__icontains=text) | Q(hold__title__icontains=text))
