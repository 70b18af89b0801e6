"""Whom an invoice is made out to: what was typed, tidied and checked."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from marketplace.kernel.sealing import seal, unseal
from orders.invoices.errors import BadField
from orders.invoices.models import TitleFields
from orders.invoices.states import InvoiceSort
from providers.onboarding.credit_code import is_valid, normalized

PURPOSE: Final = "invoice_account"
ACCOUNT = re.compile(r"[0-9]{8,30}")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,28}")


@dataclass(frozen=True)
class Title:
    """As typed. `account` is the bank account's number in clear."""

    sort: str
    title: str
    tax_id: str
    address: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""
    email: str = ""


def checked(given: Title) -> Title:
    """The same, tidied. Raises BadField."""
    tidy = replace(
        given,
        **{name: _tidy(getattr(given, name)) for name in ("title", "address", "phone", "bank", "email")},
        tax_id=normalized(given.tax_id),
        account=re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", given.account)),
    )
    if tidy.sort not in InvoiceSort.values:
        raise BadField("sort", _("Choose the kind of fapiao."))
    if not 2 <= len(tidy.title) <= 120:
        raise BadField("title", _("Enter the company's full name, as it is registered."))
    if not is_valid(tidy.tax_id):
        text = _("This is no unified social credit code: 18 digits and letters, the last one checks the others. Compare it.")
        raise BadField("tax_id", text)
    _check_special(tidy)
    _check_forms(tidy)
    return tidy


def _check_special(given: Title) -> None:
    if given.sort != InvoiceSort.SPECIAL:
        return
    for name in ("address", "phone", "bank", "account"):
        if not getattr(given, name):
            raise BadField(name, _("A special fapiao needs address, phone, bank and account number."))


def _check_forms(given: Title) -> None:
    if given.account and not ACCOUNT.fullmatch(given.account):
        raise BadField("account", _("An account number has 8 to 30 digits."))
    if given.phone and not PHONE.fullmatch(given.phone):
        raise BadField("phone", _("A phone number, for example 0571-8888 8888."))
    if given.email:
        try:
            validate_email(given.email)
        except ValidationError as error:
            raise BadField("email", _("This is no e-mail address.")) from error


def columns(given: Title, *, organization_id: int) -> dict[str, object]:
    """Of a row that keeps a checked title; the account number is sealed under the organization."""
    sealed = seal(given.account, merchant_id=organization_id, purpose=PURPOSE) if given.account else None
    return {
        "title": given.title, "tax_id": given.tax_id, "address": given.address, "phone": given.phone, "bank": given.bank,
        "email": given.email, "account": sealed, "last4": given.account[-4:],
    }  # fmt: skip


def account_of(row: TitleFields, *, organization_id: int) -> str:
    """The account number in clear; "" without one. Raises Unreadable."""
    return unseal(row.account, merchant_id=organization_id, purpose=PURPOSE) if row.account else ""


def _tidy(text: str) -> str:
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())
