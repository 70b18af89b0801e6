"""What a company says about itself, step by step: which fields, which papers, and what is not accepted."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.kit import Text
from providers.onboarding.credit_code import is_valid, normalized
from providers.onboarding.models import Application

#: Papers carry days of the mainland's calendar.
ZONE = MARKET_ZONE
MOST = {"company_name": 120, "registered_address": 200, "legal_person": 80, "bank_name": 120, "bank_holder": 120}


def today(at: datetime) -> date:
    """The day it is where licences are issued."""
    return at.astimezone(ZONE).date()


@dataclass(frozen=True)
class Step:
    """One page of the application."""

    name: str
    label: Text
    fields: tuple[str, ...]
    documents: tuple[str, ...]


COMPANY_DOCUMENTS: Mapping[str, Text] = {
    "licence": gettext_lazy("Business licence"),
    "legal_person_id": gettext_lazy("Identity card of the legal person"),
    "bank_proof": gettext_lazy("Proof of the bank account"),
}
STEPS: tuple[Step, ...] = (
    Step(
        "company",
        gettext_lazy("Company"),
        ("company_name", "credit_code", "registered_address", "licence_until", "licence_is_permanent"),
        ("licence",),
    ),
    Step("person", gettext_lazy("Legal person"), ("legal_person",), ("legal_person_id",)),
    Step("bank", gettext_lazy("Bank account"), ("bank_name", "bank_holder", "bank_account"), ("bank_proof",)),
)
LABELS: Mapping[str, Text] = {
    "company_name": gettext_lazy("Company name"),
    "credit_code": gettext_lazy("Unified social credit code"),
    "registered_address": gettext_lazy("Registered address"),
    "licence_until": gettext_lazy("Licence valid until"),
    "licence_is_permanent": gettext_lazy("The licence has no end"),
    "legal_person": gettext_lazy("Name of the legal person"),
    "bank_name": gettext_lazy("Bank and branch"),
    "bank_holder": gettext_lazy("Account holder"),
    "bank_account": gettext_lazy("Account number"),
}


def step_named(name: str) -> Step | None:
    return next((step for step in STEPS if step.name == name), None)


class BadFacts(UserError):
    """Values that are not accepted: a sentence per field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def cleaned(step: Step, values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Those of the step's values that are given, as they are stored. Empty is fine: saving is always possible, handing in is not.

    Raises BadFacts for what is wrong rather than missing.
    """
    given = {name: values[name] for name in step.fields if name in values}
    found = {name: _tidy(value) if isinstance(value, str) else value for name, value in given.items()}
    errors = {name: _("This is too long.") for name, most in MOST.items() if len(found.get(name) or "") > most}
    if "credit_code" in found:
        found["credit_code"] = normalized(found["credit_code"] or "")
        if found["credit_code"] and not is_valid(found["credit_code"]):
            errors["credit_code"] = _("This is not a valid code: 18 digits and letters, the last one checks the others.")
    if "bank_account" in found:
        found["bank_account"] = normalized(found["bank_account"] or "")
        if found["bank_account"] and not _is_account(found["bank_account"]):
            errors["bank_account"] = _("An account number has 8 to 30 digits.")
    if found.get("licence_is_permanent"):
        found["licence_until"] = None
    elif isinstance(until := found.get("licence_until"), date) and until < today(at):
        errors["licence_until"] = _("This day is over. Hand in the renewed licence.")
    if errors:
        raise BadFacts(errors)
    return found


def _is_account(text: str) -> bool:
    return text.isascii() and text.isdigit() and 8 <= len(text) <= 30


def _tidy(text: str) -> str:
    """NFC, without control and direction characters, single spaces."""
    kept = "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())


def snapshot(application: Application) -> dict[str, str]:
    """What an approval confirms, as text; the account number by its last digits."""
    until = "" if application.licence_until is None else application.licence_until.isoformat()
    names = ("company_name", "credit_code", "registered_address", "legal_person", "bank_name", "bank_holder", "bank_last4")
    return {name: str(getattr(application, name)) for name in names} | {"licence_until": until}
