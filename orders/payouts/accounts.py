"""What an account must be like, and what is known of it from the company's verification."""

import unicodedata

from marketplace.kernel.market import MARKET_ZONE
from marketplace.kernel.sealing import Unreadable, unseal
from orders.payouts.models import PayoutAccount
from providers.onboarding.models import Application
from providers.onboarding.operations.applying import BANK

#: What the seal of an account's number is bound to.
PURPOSE = "payout_account"
ZONE = MARKET_ZONE


def tidy(text: str) -> str:
    """Normal form, single spaces, without control and direction characters; full-width letters become plain ones."""
    kept = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())[:120]


def tidy_number(text: str) -> str:
    """The digits of an account number; '' for what is none."""
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter not in " -")
    return digits if digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 30 else ""


def rightful_holders(provider_id: int) -> set[str]:
    """To whom the company's money may go: itself and its legal person, as last verified. Needs its scope."""
    found = Application.objects.filter(provider_id=provider_id).first()
    if found is None:
        return set()
    known = found.verified_facts or {"company_name": found.company_name, "legal_person": found.legal_person}
    return {tidy(str(known.get(name, ""))) for name in ("company_name", "legal_person")} - {""}


def is_checked_account(account: PayoutAccount) -> bool:
    """Whether a person of the market compared the proof of this very account when the company was verified."""
    found = Application.objects.filter(provider_id=account.provider_id, verified_at__isnull=False).first()
    if found is None or not found.bank_account or found.verified_facts.get("bank_last4") != account.last4:
        return False
    return _opened(found.bank_account, found.provider_id, BANK) == number_of(account)


def number_of(account: PayoutAccount) -> str:
    """The number in clear. Whoever asks for a person records that."""
    return _opened(account.number, account.provider_id, PURPOSE) or ""


def _opened(sealed: bytes | memoryview, provider_id: int, purpose: str) -> str | None:
    try:
        return unseal(sealed, merchant_id=provider_id, purpose=purpose)
    except Unreadable:
        return None
