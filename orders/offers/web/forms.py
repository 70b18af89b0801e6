"""What a provider writes to send an offer."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.money import BadAmount, parse_minor
from orders.offers.limits import LONGEST, SHORTEST
from orders.offers.models import Coupon
from orders.offers.operations import Offer
from orders.offers.queries import Known
from orders.offers.words import named, packages_of
from providers.listings.models import PublicListing

#: Between a listing and one of its packages in the form's value.
DASH = ":"
#: Two decimals at most: rates are in 1/10,000.
PERCENT = re.compile(r"\d{1,3}(\.\d{1,2})? ?[%％]?")
KINDS = [(kind.value, kind.label) for kind in (Coupon.Kind.PERCENT, Coupon.Kind.AMOUNT)]
HOW_MUCH = gettext_lazy(
    "Percent, or an amount in the service's currency. It is taken off every period of a standing service, and off each unit."
)


class OfferForm(forms.Form):
    service = forms.ChoiceField(label=gettext_lazy("Service and package"))
    kind = forms.ChoiceField(label=gettext_lazy("Discount"), choices=KINDS, widget=forms.RadioSelect, initial="percent")
    value = forms.CharField(
        label=pgettext_lazy("coupon", "How much off"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=HOW_MUCH,
    )  # fmt: skip
    days = forms.IntegerField(label=gettext_lazy("Good for (days)"), min_value=SHORTEST, max_value=LONGEST, initial=14)
    merchants = forms.MultipleChoiceField(
        label=gettext_lazy("Merchants"), widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"})
    )
    note = forms.CharField(
        label=gettext_lazy("A word to them"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, services: list[PublicListing], known: list[Known]) -> None:
        super().__init__(data)
        self.services = {str(each.listing_id): each for each in services}
        choices = [choice for each in services for choice in _choices(each)]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]
        self.fields["merchants"].choices = [  # type: ignore[attr-defined]
            (str(each.id), _("%(name)s (contract)") % {"name": each.name} if each.has_contract else each.name) for each in known
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"service", "kind", "value"} <= set(data):
            listing = self.services[data["service"].partition(DASH)[0]]
            try:
                data["amount"] = _amount(data["kind"], data["value"].strip(), listing.currency)
            except (BadAmount, ValueError):
                self.add_error("value", _("Write a number such as 10 or 12.5."))
        return data

    def offer(self) -> Offer:
        listing, _dash, package = self.cleaned_data["service"].partition(DASH)
        data = self.cleaned_data
        return Offer(int(listing), data["kind"], data["amount"], data["days"], package, data["note"])


def _choices(listing: PublicListing) -> list[tuple[str, str]]:
    all_of_them = _("every package")
    every = (f"{listing.listing_id}{DASH}", f"{listing.title} · {all_of_them}")
    return [
        every,
        *((f"{listing.listing_id}{DASH}{row['key']}", f"{listing.title} · {named(row)}") for row in packages_of(listing)),
    ]


def _amount(kind: str, text: str, currency: str) -> int:
    if kind != "percent":
        return parse_minor(text.replace(",", ""), currency)
    if not PERCENT.fullmatch(text):
        raise ValueError(text)
    return int(Decimal(text.rstrip("%％ ")) * 100)
