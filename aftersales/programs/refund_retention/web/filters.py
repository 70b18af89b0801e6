"""What the list of cases can be narrowed by. The search is a prefix range of the request's number."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import INTENT_LABELS, OFFER_LABELS
from marketplace.outbox.web.filters import page_zone
from marketplace.ui.days import DayFilter
from orders.store.web.filters import LAST


class CaseFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Request number"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=RetentionCase.State, label=_("State"), empty_label=_("All"))
    intent = django_filters.ChoiceFilter(choices=list(INTENT_LABELS.items()), label=_("Intent"), empty_label=_("All"))
    offer = django_filters.ChoiceFilter(choices=list(OFFER_LABELS.items()), label=_("Offer"), empty_label=_("All"))
    requested_from = DayFilter("requested_at", zone=page_zone)
    requested_to = DayFilter("requested_at", zone=page_zone, last=True)

    class Meta:
        model = RetentionCase
        fields: list[str] = []

    def search(self, queryset: QuerySet[RetentionCase], name: str, value: str) -> QuerySet[RetentionCase]:
        text = value.strip()
        return queryset.filter(
            request__merchant_id=self.request.organization.pk,
            request__external_ref__gte=text,
            request__external_ref__lt=text + LAST,
        )
