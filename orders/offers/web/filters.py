"""What the lists of offers can be narrowed by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.offers.models import Coupon

#: A coupon whose days are over is stored as sent.
OVER = "over"
STATES = [*Coupon.State.choices, (OVER, pgettext_lazy("coupon", "Over"))]


#: The same as the merchant sees it.
RECEIVED_STATES = [(Coupon.State.SENT, pgettext_lazy("coupon", "Can be used")), *STATES[1:]]


def state_of(coupon: Coupon, now: Any) -> str:
    return OVER if coupon.state == Coupon.State.SENT and not coupon.is_good(now) else coupon.state


class OfferFilter(django_filters.FilterSet):
    """`other`: the column with the name of the other side. `states`: what a coupon's states are called here."""

    other, states = "provider_name", dict(RECEIVED_STATES)
    q = django_filters.CharFilter(
        method="search", label=_("Service or company"), widget=forms.TextInput(attrs={"type": "search"})
    )
    state = django_filters.ChoiceFilter(choices=RECEIVED_STATES, method="in_state", label=_("Status"), empty_label=_("All"))
    o = django_filters.OrderingFilter(fields=(("provider_name", "name"), ("sent_at", "sent"), ("valid_until", "until")))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        words = value.strip()
        title = Q(title_zh__icontains=words) | Q(title_en__icontains=words)
        return queryset.filter(title | Q(**{f"{self.other}__icontains": words}))

    def in_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == OVER:
            return queryset.filter(state=Coupon.State.SENT, valid_until__lte=timezone.now())
        found = queryset.filter(state=value)
        return found.filter(valid_until__gt=timezone.now()) if value == Coupon.State.SENT else found


class SentFilter(OfferFilter):
    other, states = "merchant_name", dict(STATES)
    state = django_filters.ChoiceFilter(choices=STATES, method="in_state", label=_("Status"), empty_label=_("All"))
    o = django_filters.OrderingFilter(fields=(("merchant_name", "name"), ("sent_at", "sent"), ("valid_until", "until")))
