"""What the lists of hiring can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.hiring.models import Mode, Origin
from orders.hiring.states import BriefState, InvitationState
from providers.catalogue.lists import PLATFORMS
from providers.catalogue.models import Category

SEARCH = forms.TextInput(attrs={"type": "search"})


def _categories(request: HttpRequest) -> QuerySet[Category]:
    return Category.objects.filter(parent__isnull=False).order_by("parent__position", "position")


class NeedFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Title"), widget=SEARCH)
    state = django_filters.ChoiceFilter(choices=BriefState, label=_("Status"), empty_label=_("All"))
    mode = django_filters.ChoiceFilter(choices=Mode, label=_("Who may answer"), empty_label=_("All"))
    category = django_filters.ModelChoiceFilter(queryset=_categories, label=_("Category"), empty_label=_("All"))
    o = django_filters.OrderingFilter(
        fields=(("title", "title"), ("state", "state"), ("updated_at", "updated"), ("answers_until", "until"))
    )

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(title__icontains=value.strip()) | Q(text__icontains=value.strip()))


class LeadFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Title"), widget=SEARCH)
    state = django_filters.ChoiceFilter(choices=InvitationState, label=_("Status"), empty_label=_("All"))
    origin = django_filters.ChoiceFilter(choices=Origin, label=_("Origin"), empty_label=_("All"))
    category = django_filters.ModelChoiceFilter(queryset=_categories, label=_("Category"), empty_label=_("All"))
    o = django_filters.OrderingFilter(
        fields=(("title", "title"), ("state", "state"), ("sent_at", "sent"), ("answer_due_at", "due"))
    )

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(title__icontains=value.strip()) | Q(merchant_name__icontains=value.strip()))


class OpenNeedFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Title"), widget=SEARCH)
    category = django_filters.ModelChoiceFilter(queryset=_categories, label=_("Category"), empty_label=_("All"))
    platform = django_filters.ChoiceFilter(
        method="works_on", choices=PLATFORMS.choices, label=_("Platform"), empty_label=_("All")
    )
    o = django_filters.OrderingFilter(
        fields=(("title", "title"), ("budget_cny", "budget"), ("published_at", "published"), ("answers_until", "until"))
    )

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(title__icontains=value.strip()) | Q(text__icontains=value.strip()))

    def works_on(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(platforms__contains=[value])
