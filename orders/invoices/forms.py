"""What is typed when an invoice is asked for, issued, refused or sent back."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.money import BadAmount, parse_minor
from marketplace.ui.kit import Choice
from marketplace.ui.widgets import ChoiceCards
from orders.invoices import files
from orders.invoices.operations.acting import Made
from orders.invoices.rules import CURRENCY
from orders.invoices.states import InvoiceSort
from orders.invoices.titles import Title
from providers.onboarding.uploads import DocumentHandler

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NUMERIC = {"inputmode": "decimal", "autocomplete": "off"}
FILE_TYPES = ".pdf,.ofd,.xml"
SORTS = [
    Choice("general", InvoiceSort.GENERAL.label, gettext_lazy("For your books. Name and tax id are enough."), "file"),
    Choice(
        "special", InvoiceSort.SPECIAL.label,
        gettext_lazy("Lets you deduct the tax. Needs address, phone, bank and account number."), "shield",
    ),
]  # fmt: skip


class YuanField(forms.CharField):
    """An amount in yuan; minor units once it is valid."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=24, widget=forms.TextInput(attrs=NUMERIC), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return parse_minor(text.replace(",", "").lstrip("¥ "), CURRENCY) if text else None
        except BadAmount as error:
            raise forms.ValidationError(_("An amount, for example 20000 or 20000.00.")) from error


class AskForm(forms.Form):
    """Whom the invoice is made out to, and for how much."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    sort = forms.ChoiceField(label=pgettext_lazy("fapiao", "Kind"), choices=InvoiceSort, widget=ChoiceCards(SORTS))
    amount = YuanField(label=gettext_lazy("Amount, tax included (yuan)"))
    title = forms.CharField(
        label=pgettext_lazy("fapiao", "Title"), max_length=120, help_text=gettext_lazy("The company's full registered name.")
    )
    tax_id = forms.CharField(
        label=gettext_lazy("Tax id"), max_length=24,
        help_text=gettext_lazy("The unified social credit code of 18 digits and letters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    address = forms.CharField(label=gettext_lazy("Registered address"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    bank = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=120, required=False)
    account = forms.CharField(
        label=gettext_lazy("Account number"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    note = forms.CharField(
        label=gettext_lazy("Remark"), max_length=200, required=False,
        help_text=gettext_lazy("For example what the line of the fapiao should say."),
    )  # fmt: skip

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """As the page shows them: a heading and its fields."""
        named = (
            (_("What for"), ("sort", "amount", "note")),
            (_("Made out to"), ("title", "tax_id", "email")),
            (_("Address and bank, for a special fapiao"), ("address", "phone", "bank", "account")),
        )
        return [(heading, [self[name] for name in names]) for heading, names in named]

    def typed(self) -> Title:
        names = ("sort", "title", "tax_id", "address", "phone", "bank", "account", "email")
        return Title(**{name: self.cleaned_data[name] for name in names})


class MadeForm(forms.Form):
    """A paper as the issuer made it. The amount is typed from it, so that a mix-up shows."""

    number = forms.CharField(
        label=gettext_lazy("Fapiao number"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("8 or 20 digits, as on the fapiao."),
    )  # fmt: skip
    issued_on = forms.DateField(label=gettext_lazy("Date of issue"), widget=DAY)
    amount = YuanField(label=gettext_lazy("Amount on it, tax included (yuan)"))
    file = forms.FileField(
        label=gettext_lazy("File"), widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
        help_text=gettext_lazy("The original from the tax office: PDF, OFD or XML, up to 5 MB."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is wrong, so that the other side can put it right."),
    )  # fmt: skip


def made_of(request: HttpRequest, form: Any) -> Made:
    """The paper of a valid form, its file checked. Raises BadFile."""
    field = form.add_prefix("file")
    handlers = (each for each in request.upload_handlers if isinstance(each, DocumentHandler))
    if any(field in handler.too_large for handler in handlers):
        raise files.too_large()
    sent, values = form.cleaned_data["file"], form.cleaned_data
    file = files.checked(sent.read(), name=sent.name or "")
    return Made(values["number"], values["issued_on"], values["amount"], file)
