"""What the market can be asked, as the API's document lists it. Reading the URL itself is `Query`'s, as on the page."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.criteria import LONGEST_QUERY, SORTS
from providers.discovery.text import clean
from providers.listings.models import PricingModel, PublicListing
from providers.profiles.models import PublicProvider

LEVELS = [(str(level), str(level)) for level in range(1, 5)]


@extend_schema_field(OpenApiTypes.STR)
class AnyOf(django_filters.MultipleChoiceFilter):
    """Several values of a list, any of which will do."""

    def __init__(self, choices: Any, help_text: Any, method: str | None = None) -> None:
        super().__init__(choices=choices, help_text=help_text, method=method)


class ListingFilter(django_filters.FilterSet):
    """Parameters of the search. A category's own facets (`a.<key>=<value>`) can be used as well."""

    q = django_filters.CharFilter(help_text=_("Words in Chinese or English, pinyin, initials; “quoted” as they stand"))
    category = django_filters.CharFilter(help_text=_("Address of a category, see /categories/"))
    platform = AnyOf(PLATFORMS.choices, _("Sales platforms"))
    industry = AnyOf(INDUSTRIES.choices, _("Industries"))
    belt = AnyOf(BELTS.choices, _("Industrial belts"))
    language = AnyOf(LANGUAGES.choices, _("Languages of service"))
    pricing = AnyOf(PricingModel.choices, _("Price models"))
    level = AnyOf(LEVELS, _("Levels of the provider, 1 to 4"))
    budget_min = django_filters.NumberFilter(min_value=0, help_text=_("Whole yuan"))
    budget_max = django_filters.NumberFilter(min_value=0, help_text=_("Whole yuan"))
    available_by = django_filters.DateFilter(help_text=_("Takes orders on this day"))
    sort = django_filters.ChoiceFilter(choices=[(sort, sort) for sort in SORTS], help_text=_("Relevance unless said otherwise"))
    page = django_filters.NumberFilter(min_value=1, help_text=_("Twenty a page"))

    class Meta:
        model = PublicListing
        fields: tuple[str, ...] = ()


class ProviderFilter(django_filters.FilterSet):
    """Verified providers by name and by what they do."""

    q = django_filters.CharFilter(method="named", help_text=_("Part of the name, in either language"))
    platform = django_filters.MultipleChoiceFilter(method="having", choices=PLATFORMS.choices, help_text=_("Sales platforms"))
    industry = django_filters.MultipleChoiceFilter(method="having", choices=INDUSTRIES.choices, help_text=_("Industries"))
    belt = django_filters.MultipleChoiceFilter(method="having", choices=BELTS.choices, help_text=_("Industrial belts"))
    language = django_filters.MultipleChoiceFilter(
        method="having", choices=LANGUAGES.choices, help_text=_("Languages of service")
    )

    class Meta:
        model = PublicProvider
        fields: tuple[str, ...] = ()

    def named(self, queryset: QuerySet[PublicProvider], name: str, value: str) -> QuerySet[PublicProvider]:
        part = clean(value, LONGEST_QUERY).strip()
        return queryset.filter(Q(name_zh__icontains=part) | Q(name_en__icontains=part))

    def having(self, queryset: QuerySet[PublicProvider], name: str, value: list[str]) -> QuerySet[PublicProvider]:
        column = {"industry": "industries"}.get(name, f"{name}s")
        return queryset.filter(**{f"{column}__overlap": value}) if value else queryset
