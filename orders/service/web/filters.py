"""What lists of contracts can be narrowed by. The first thing in them is what waits for the reader."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.service.models import NextActor, ServiceOrder
from orders.service.states import OrderState
from orders.service.terms import Side
from orders.service.web.words import MODELS

TURNS = [("me", _("For us")), ("other", _("For the other side")), ("market", _("For Shangban"))]


def orders_of(organization_id: int, side: Side) -> QuerySet[ServiceOrder]:
    """What waits for this side first, by deadline; then everything else, the newest first."""
    mine = Case(When(next_actor=side, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = ServiceOrder.objects.filter(**{f"{side}_id": organization_id})
    return found.annotate(turn=mine).order_by("turn", F("next_due_at").asc(nulls_last=True), "-pk")


class ContractFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search", label=_("Title, number or company"), widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(choices=OrderState, label=_("Status"), empty_label=_("All"))
    turn = django_filters.ChoiceFilter(
        choices=TURNS, method="whose_turn", label=pgettext_lazy("contracts", "Waits"), empty_label=_("All")
    )
    model = django_filters.ChoiceFilter(choices=list(MODELS.items()), label=pgettext_lazy("terms", "Paid"), empty_label=_("All"))
    o = django_filters.OrderingFilter(
        fields=(("title", "title"), ("total_minor", "amount"), ("next_due_at", "due"), ("created_at", "created"))
    )

    def __init__(self, data: Any, *, request: HttpRequest, side: Side) -> None:
        super().__init__(data, queryset=orders_of(request.organization.pk, side), request=request)
        self.side = side

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """A company has hundreds of contracts, thousands at most: a scan of its own rows."""
        text, other = value.strip(), "provider_name" if self.side == "merchant" else "merchant_name"
        return queryset.filter(Q(title__icontains=text) | Q(number__icontains=text) | Q(**{f"{other}__icontains": text}))

    def whose_turn(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        other = NextActor.PROVIDER if self.side == "merchant" else NextActor.MERCHANT
        return queryset.filter(next_actor={"me": self.side, "other": other, "market": NextActor.MARKET}[value])
