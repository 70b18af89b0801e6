"""What staff see and type when money of a deposit moves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.money import BadAmount, format_major, parse_minor
from marketplace.kernel.sealing import unseal
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.models import Penalty
from providers.onboarding.deposits import CURRENCY, deposit_of
from providers.onboarding.models import Application, Deduction, DepositTransfer, TrialRule
from providers.onboarding.operations.applying import BANK
from providers.onboarding.operations.deposit import TOP_UP_WITHIN
from providers.onboarding.queries import application_of


class AmountField(forms.CharField):
    """Yuan as people write them, minor units for the operation."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_minor(text.replace(",", ""), CURRENCY)
        except BadAmount as error:
            raise forms.ValidationError(_("An amount in yuan, for example 20000 or 20000.00.")) from error


class CapField(AmountField):
    """An amount that is edited: shown in yuan, kept in fen."""

    def prepare_value(self, value: Any) -> Any:
        return format_major(value, CURRENCY) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class TrialRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    orders = forms.IntegerField(
        label=gettext_lazy("orders before the deposit is due"), min_value=0, max_value=TrialRule.MOST,
        help_text=gettext_lazy("0: no trial, the deposit comes first. Orders that are signed already stay as they are."),
    )  # fmt: skip
    order_cap = CapField(label=gettext_lazy("largest trial order (yuan)"), max_length=24)

    class Meta:
        model = TrialRule
        fields = ("orders", "order_cap")

    def clean_order_cap(self) -> int:
        found = int(self.cleaned_data["order_cap"])
        if found <= 0:
            raise forms.ValidationError(_("The amount must be positive."))
        return found


class ConfirmForm(forms.Form):
    amount = AmountField(label=gettext_lazy("Arrived (yuan)"), max_length=24)
    bank_reference = forms.CharField(label=gettext_lazy("Bank's reference"), max_length=64)


class ReferenceForm(forms.Form):
    bank_reference = forms.CharField(label=gettext_lazy("Bank's reference"), max_length=64)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the provider reads"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeductForm(forms.Form):
    """The provider follows from the ruling."""

    ruling = forms.CharField(
        label=gettext_lazy("Ruling"), max_length=20, help_text=gettext_lazy("Its number, as in the list of penalties.")
    )
    amount = AmountField(label=gettext_lazy("Amount (yuan)"), max_length=24)
    reason = forms.CharField(
        label=gettext_lazy("What the provider reads"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    penalty: Penalty | None = None

    def clean_ruling(self) -> str:
        number = str(self.cleaned_data["ruling"]).strip()
        self.penalty = Penalty.objects.using("system").filter(ruling=number).first()
        if self.penalty is None:
            raise forms.ValidationError(_("There is no ruling of this number."))
        return number


def suggested(row: DepositTransfer) -> dict[str, str]:
    return {"amount": format_major(row.amount, row.currency)}


@dataclass(frozen=True)
class Company:
    """Who pays, as far as it helps to find the money."""

    name: str
    company_name: str
    reference: str
    bank: str
    last4: str


def company_of(provider_id: int) -> Company:
    """What to compare a bank's line with; the account by its last digits."""
    with scope(provider_id, read_only=True):
        found = application_of(provider_id) or Application()
        name = Organization.objects.filter(pk=provider_id).values_list("name", flat=True).first() or ""
    return Company(name, found.company_name, f"SB{provider_id:06d}", found.bank_name, found.bank_last4)


@dataclass(frozen=True)
class Consequence:
    name: str
    statement: str
    amount: int
    held: int
    left: int
    top_up_by: datetime


def after_deducting(form: DeductForm, at: datetime) -> Consequence:
    """What would follow if it were confirmed now."""
    assert form.penalty is not None  # noqa: S101  a valid form has found its ruling
    provider_id, amount = form.penalty.provider_id, form.cleaned_data["amount"]
    with scope(provider_id, read_only=True):
        held = deposit_of(provider_id, at).held
    return Consequence(company_of(provider_id).name, form.penalty.statement, amount, held, held - amount, at + TOP_UP_WITHIN)


def ruling_number(row: Deduction) -> str:
    found = Penalty.objects.using("system").filter(provider_id=row.provider_id, pk=row.ruling_id)
    return found.values_list("ruling", flat=True).first() or str(row.ruling_id)


@dataclass(frozen=True)
class Account:
    holder: str
    bank: str
    number: str
    held: int


def account_for_refund(*, provider_id: int, by: Actor, at: datetime) -> Account:
    """Where the deposit goes back to. The number is shown in clear, so the look is recorded."""
    with scope(provider_id, durable=True):
        found = application_of(provider_id) or Application()
        sealed = found.bank_account
        number = unseal(sealed, merchant_id=provider_id, purpose=BANK) if sealed else ""
        record(merchant_id=provider_id, by=by, action="providers.account.read", facts={"purpose": "refund"})
        return Account(found.bank_holder, found.bank_name, number, deposit_of(provider_id, at).held)
