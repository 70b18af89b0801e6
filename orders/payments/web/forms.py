"""What is typed on the pages of payments. Rules are the operations'."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.money import BadAmount, parse_minor
from marketplace.ui.kit import Choice
from marketplace.ui.widgets import ChoiceCards
from orders.payments.gateways import usable


def new_key() -> str:
    """What makes a form the same form when it is sent twice."""
    return secrets.token_urlsafe(18)


class MoneyForm(forms.Form):
    """An amount in a currency, in minor units once it is valid."""

    amount = forms.CharField(
        label=gettext_lazy("Amount"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in settings.PAYMENT_CURRENCIES]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        text, currency = found.get("amount"), found.get("currency")
        if text and currency:
            try:
                found["amount"] = parse_minor(text.replace(",", ""), currency)
            except BadAmount:
                self.add_error("amount", _("An amount such as 2000 or 2000.00."))
        return found


class PayInForm(MoneyForm):
    gateway = forms.ChoiceField(label=gettext_lazy("How do you want to pay?"))
    memo = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("For your own books, for example an invoice number."),
    )
    field_order = ("amount", "currency", "gateway", "memo", "key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cards = [Choice(g.name, g.label, g.text, g.icon) for g in usable()]
        field = self.fields["gateway"]
        field.widget = ChoiceCards(cards)
        field.choices = [(card.value, card.label) for card in cards]


class PayBackForm(MoneyForm):
    """The account is asked for only when part of the money came by bank transfer."""

    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=120, required=False)
    bank = forms.CharField(label=gettext_lazy("Bank"), max_length=120, required=False)
    number = forms.CharField(
        label=gettext_lazy("Account number"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("The company's account the money came from."),
    )  # fmt: skip
    field_order = ("amount", "currency", "holder", "bank", "number", "key")
