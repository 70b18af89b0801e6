"""Forms of disputes. Amounts are typed in major units and become minor units of the order's currency."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.money import exponent
from orders.disputes.models import Reason


class ShareField(forms.DecimalField):
    """An amount in major units; `cleaned` minor units of the currency it was made for."""

    def __init__(self, *, currency: str, at_stake: int, **options: Any) -> None:
        digits = exponent(currency)
        self.digits = digits
        super().__init__(min_value=Decimal(0), max_value=Decimal(at_stake).scaleb(-digits), decimal_places=digits, **options)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found.scaleb(self.digits))


class OpenForm(forms.Form):
    """What is wrong, and what would be fair."""

    reason = forms.ChoiceField(label=_("What is it about?"), choices=Reason)
    statement = forms.CharField(
        label=_("What happened"), max_length=5000, widget=forms.Textarea,
        help_text=_("Say what was agreed and what you got. The conversation, deliveries and contract are evidence already."),
    )  # fmt: skip

    def __init__(self, *args: Any, currency: str, at_stake: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to_provider"] = ShareField(
            currency=currency, at_stake=at_stake, label=_("What the provider should get (%(currency)s)") % {"currency": currency},
            help_text=_("The rest goes to the merchant. Nothing is possible, and so is all of it."),
        )  # fmt: skip


class ActForm(forms.Form):
    """An act: words, and where it needs one a share."""

    text = forms.CharField(label=_("Why"), max_length=5000, required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, currency: str, at_stake: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to_provider"] = ShareField(
            currency=currency, at_stake=at_stake, required=False,
            label=_("What the provider should get (%(currency)s)") % {"currency": currency},
        )  # fmt: skip
