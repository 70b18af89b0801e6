"""What the lists of invoices can be narrowed by."""

import re
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.ui.days import DayFilter
from orders.invoices.states import InvoiceSort, InvoiceState

SEARCH = forms.TextInput(attrs={"type": "search"})
NUMBER = re.compile(r"(?:FS|FC)?0*([1-9][0-9]{0,17})", re.IGNORECASE)


class InvoiceFilter(django_filters.FilterSet):
    """Searching scans an organization's own requests, hundreds at most."""

    q = django_filters.CharFilter(method="search", label=_("Number, contract, title or tax id"), widget=SEARCH)
    state = django_filters.ChoiceFilter(choices=InvoiceState, label=_("State"), empty_label=_("All"))
    sort = django_filters.ChoiceFilter(choices=InvoiceSort, label=pgettext_lazy("fapiao", "Kind"), empty_label=_("All"))
    since = DayFilter("asked_at")
    until = DayFilter("asked_at", last=True)
    o = django_filters.OrderingFilter(fields=(("asked_at", "asked"), ("due_at", "due"), ("amount", "amount")))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.strip()
        found = Q(title__icontains=text) | Q(tax_id__icontains=text.upper()) | self.about(text)
        if number := NUMBER.fullmatch(text):
            found |= Q(pk=int(number[1]))
        return queryset.filter(found)

    def about(self, text: str) -> Q:
        """What a request is about, by words."""
        raise NotImplementedError


class ServiceFilter(InvoiceFilter):
    contract = django_filters.NumberFilter(field_name="deal_id", label=_("Contract"), widget=forms.HiddenInput)

    def about(self, text: str) -> Q:
        return Q(deal__number__icontains=text) | Q(deal__title__icontains=text)


class CommissionFilter(InvoiceFilter):
    statement = django_filters.NumberFilter(field_name="statement_id", label=_("Statement"), widget=forms.HiddenInput)

    def about(self, text: str) -> Q:
        year = re.fullmatch(r"(20[0-9]{2})-?(0[1-9]|1[0-2])?", text)
        if not year:
            return Q(pk__in=[])
        return Q(statement__month__year=int(year[1])) & (Q(statement__month__month=int(year[2])) if year[2] else Q())
