"""What a provider's list of listings can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from providers.catalogue.models import Category
from providers.listings.states import ListingState, VersionState

WAITING = [
    (state.value, state.label) for state in VersionState if state in ("submitted", "changes_requested", "rejected", "approved")
]


def _categories(request: HttpRequest) -> QuerySet[Category]:
    return Category.objects.filter(parent__isnull=False).order_by("parent__position", "position")


class ListingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Title"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=ListingState, label=_("Status"), empty_label=_("All"))
    review = django_filters.ChoiceFilter(
        field_name="version_state", choices=WAITING, label=pgettext_lazy("listing", "Review"), empty_label=_("All")
    )
    category = django_filters.ModelChoiceFilter(queryset=_categories, label=_("Category"), empty_label=_("All"))
    o = django_filters.OrderingFilter(
        fields=(("title_zh", "title"), ("state", "state"), ("updated_at", "updated"), ("published_at", "published"))
    )

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A provider has tens of listings, hundreds at most: a scan of its own rows."""
        text = value.strip()
        return queryset.filter(Q(title_zh__icontains=text) | Q(title_en__icontains=text) | Q(slug__icontains=text))
