"""What the list of enrolments can be narrowed by. The search is a prefix range: a pattern match would ignore the index."""

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aftersales.programs.presale_balance.metrics import REASONS
from aftersales.programs.presale_balance.models import Enrolment
from orders.store.models import ShopOrder
from orders.store.web.filters import LAST


class EnrolmentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=_("Order number"), widget=forms.TextInput(attrs={"type": "search"}))
    state = django_filters.ChoiceFilter(choices=Enrolment.State, label=_("State"), empty_label=_("All"))
    arm = django_filters.ChoiceFilter(
        choices=[("treatment", _("Reminded")), ("holdout", _("Control group"))], label=_("Group"), empty_label=_("All")
    )
    reason = django_filters.ChoiceFilter(
        choices=[(code, REASONS[code]) for code in ("price_dropped", "out_of_stock", "no_address", "no_buyer")],
        label=_("Suppressed because"),
        empty_label=_("All"),
    )
    activity = django_filters.CharFilter(field_name="activity", label=_("Presale"))
    o = django_filters.OrderingFilter(
        fields=(("order__external_ref", "order"), ("closes_at", "closes_at"), ("next_due_at", "next_due_at"), ("id", "id"))
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def search(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        text = value.strip()
        found = ShopOrder.objects.filter(external_ref__gte=text, external_ref__lt=text + LAST)
        if self.request is not None:
            found = found.filter(merchant_id=self.request.organization.pk)
        return queryset.filter(order_id__in=found.values("pk"))
