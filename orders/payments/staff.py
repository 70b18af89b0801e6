"""What staff see and type when payments are confirmed, credited or sent back."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.money import BadAmount, format_major, parse_minor
from marketplace.kernel.sealing import unseal
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import money
from orders.payments.models import PayBack, PayIn, PayInProof, PaymentCase, StrayPayment
from orders.payments.operations.returning import ACCOUNT, OFFLINE

OUTCOMES = {
    "settled": gettext_lazy("Credited to the wallet"),
    "repeated": gettext_lazy("Known already; nothing changed"),
    "different": gettext_lazy("It does not fit: a case was opened"),
    "stray": gettext_lazy("Without a reference of ours: to be given an owner"),
    "failed": gettext_lazy("Failed"),
    "ignored": gettext_lazy("Known already; nothing changed"),
}


class ConfirmForm(forms.Form):
    """What arrived, as the bank's list shows it."""

    amount = forms.CharField(label=gettext_lazy("Arrived"), max_length=24)
    bank_reference = forms.CharField(label=gettext_lazy("Bank's reference"), max_length=80)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> int:
        try:
            return parse_minor(self.cleaned_data["amount"].replace(",", ""), self.currency)
        except BadAmount as error:
            raise forms.ValidationError(_("An amount such as 2000 or 2000.00.")) from error


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("What was found"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReferenceForm(forms.Form):
    bank_reference = forms.CharField(label=gettext_lazy("Bank's reference"), max_length=80)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the merchant reads"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class OwnerForm(forms.Form):
    """A merchant by its short name."""

    merchant = forms.CharField(label=gettext_lazy("Merchant's short name"), max_length=60)

    def clean_merchant(self) -> int:
        slug = self.cleaned_data["merchant"].strip()
        found = Organization.objects.using("system").filter(slug=slug, kind="merchant").values_list("pk", flat=True).first()
        if found is None:
            raise forms.ValidationError(_("There is no merchant of this short name."))
        return int(found)


class FileForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("The bank's list (CSV)"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency of lines that name none"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, code) for code in settings.PAYMENT_CURRENCIES]
        self.fields["currency"] = forms.ChoiceField(label=self.fields["currency"].label, choices=choices)


def expected(row: PayIn) -> dict[str, str]:
    return {"amount": format_major(row.amount, row.currency)}


def name_of(merchant_id: int) -> str:
    return Organization.objects.using("system").filter(pk=merchant_id).values_list("name", flat=True).first() or ""


def about_pay_in(row: PayIn) -> list[tuple[Any, Any]]:
    papers = PayInProof.objects.using("system").filter(merchant_id=row.merchant_id, pay_in_id=row.pk).order_by("-id")
    links = [(_("Proof of the transfer"), format_html('<a href="{}">{}</a>', _address(paper), paper.name)) for paper in papers]
    return [
        (_("Merchant"), name_of(row.merchant_id)),
        (_("Reference"), row.reference),
        (_("Amount"), money(row.amount, row.currency)),
        (_("Note"), row.memo or "–"),
        *links,
    ]


def _address(paper: PayInProof) -> str:
    return reverse("admin:payments_proof", args=[paper.merchant_id, paper.pk])


def about_case(row: PaymentCase) -> list[tuple[Any, Any]]:
    return [
        (_("Merchant"), name_of(row.merchant_id)),
        (_("Kind"), row.get_kind_display()),
        (_("Payment"), row.pay_in.reference),
        (_("Expected"), money(row.expected_amount, row.pay_in.currency)),
        (_("Arrived"), money(row.amount, row.currency)),
        (_("Transaction"), row.transaction),
    ]


def about_stray(row: StrayPayment) -> list[tuple[Any, Any]]:
    return [
        (_("Amount"), money(row.amount, row.currency)),
        (_("Paid from the account of"), row.payer or "–"),
        (_("Text of the transfer"), row.text or "–"),
        (_("Transaction"), row.transaction),
    ]


def about_pay_back(row: PayBack, *, by: Actor) -> list[tuple[Any, Any]]:
    """The account's number is shown in clear where staff have to send the transfer, so the look is recorded."""
    found = [
        (_("Merchant"), name_of(row.merchant_id)),
        (_("Amount"), money(row.amount, row.currency)),
        (_("Purpose"), row.request_id),
        (_("Account holder"), row.holder),
        (_("Bank"), row.bank),
    ]
    if row.account and row.pay_in.gateway in OFFLINE and row.state in ("requested", "submitted"):
        with scope(row.merchant_id, durable=True):
            facts = {"pay_back_id": row.pk, "purpose": "send_back"}
            record(merchant_id=row.merchant_id, by=by, action="payments.account.read", facts=facts)
        found.append((_("Account number"), unseal(row.account, merchant_id=row.merchant_id, purpose=ACCOUNT)))
    return found
