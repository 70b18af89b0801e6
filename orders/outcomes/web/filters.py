"""What the lists of outcomes, and of the buyers behind one, can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.outcomes.models import OutcomeAgreement, OutcomeRow
from orders.outcomes.states import OutcomeState
from orders.outcomes.web.words import CONTROL, TREATED

YES_NO = (("true", _("Yes")), ("false", _("No")))


class OutcomeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Contract"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=OutcomeState.choices, label=_("Status"), empty_label=_("All"))
    o = django_filters.OrderingFilter(
        fields=(("id", "begun"), ("settles_at", "day"), ("eligible", "buyers"), ("fee", "fee"))
    )  # fmt: skip

    class Meta:
        model = OutcomeAgreement
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A scan of one company's outcomes, hundreds at most."""
        text = value.strip()
        return queryset.filter(Q(order__title__icontains=text) | Q(order__number__icontains=text))


class RowFilter(django_filters.FilterSet):
    number = django_filters.NumberFilter(label=pgettext_lazy("outcome", "Row"))
    arm = django_filters.ChoiceFilter(
        choices=(("treatment", TREATED), ("holdout", CONTROL)), label=_("Group"), empty_label=_("All")
    )
    succeeded = django_filters.BooleanFilter(
        label=_("Success"), widget=forms.Select(choices=(("", _("All")), *YES_NO))
    )  # fmt: skip
    o = django_filters.OrderingFilter(fields=(("number", "number"), ("eligible_at", "from"), ("value", "value")))

    class Meta:
        model = OutcomeRow
        fields: tuple[str, ...] = ()
