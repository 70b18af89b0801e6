"""What staff type when payouts move."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.money import BadAmount, is_currency, parse_minor

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DraftForm(forms.Form):
    currency = forms.CharField(label=gettext_lazy("Currency"), max_length=3, initial="CNY")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(code):
            raise forms.ValidationError(_("A currency has three letters, for example CNY."))
        return code


class ApproveForm(forms.Form):
    """What the approver saw; the batch is approved as that or not at all."""

    count = forms.IntegerField(widget=forms.HiddenInput)
    total = forms.IntegerField(widget=forms.HiddenInput)


class WhyForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class AnswerForm(forms.Form):
    answer = forms.FileField(label=gettext_lazy("The bank's answer (CSV)"))


class ProofForm(forms.Form):
    proof = forms.FileField(label=gettext_lazy("The bank's confirmation (PDF or picture)"))


class PaidForm(forms.Form):
    """The amount is typed from the bank's paper, so that a mix-up shows."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    amount = forms.CharField(label=gettext_lazy("Amount the bank paid"), max_length=24)
    bank_reference = forms.CharField(label=gettext_lazy("Bank's reference"), max_length=64)
    paid_on = forms.DateField(label=gettext_lazy("Paid on"), widget=DAY)

    def clean_amount(self) -> int:
        try:
            return parse_minor(str(self.cleaned_data["amount"]).replace(",", ""), self.currency)
        except BadAmount as error:
            raise forms.ValidationError(_("An amount, for example 20000 or 20000.00.")) from error


class FailedForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("What the bank says"), max_length=300)
    is_account_wrong = forms.BooleanField(
        label=gettext_lazy("The account is to blame: pay nothing more to it"), required=False, initial=True
    )
