"""What a provider's deposit is and should be, read from the ledger. Amounts are fen (minor units of CNY).

One deposit covers every category: it must reach the largest amount that any of them asks for, not their sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Sum

from marketplace.ledger.models import AccountCode, LedgerAccount
from providers.catalogue.models import Category
from providers.onboarding.models import Deduction, DepositTransfer, Qualification
from providers.onboarding.states import QUALIFIED

CURRENCY = "CNY"


@dataclass(frozen=True)
class Deposit:
    """`held` is in the ledger; `excused` was deducted lately and need not be topped up yet, until `top_up_by`."""

    held: int = 0
    excused: int = 0
    top_up_by: datetime | None = None
    was_paid: bool = False

    def covers(self, required: int) -> bool:
        return self.held + self.excused >= required

    def short_of(self, required: int) -> int:
        """What is missing from the full amount, whether or not it is due yet."""
        return max(0, required - self.held)


def deposit_of(provider_id: int, at: datetime) -> Deposit:
    """The provider's deposit at a moment; needs its scope. Two statements."""
    held = LedgerAccount.objects.filter(merchant_id=provider_id, code=AccountCode.DEPOSIT_HELD, currency=CURRENCY)
    balance = held.values_list("balance", flat=True).first()
    recent = Deduction.objects.filter(provider_id=provider_id, top_up_by__gt=at).aggregate(
        total=Sum("amount"), last=Max("top_up_by")
    )
    return Deposit(balance or 0, recent["total"] or 0, recent["last"], balance is not None)


def required_amounts(slugs: Iterable[str]) -> dict[str, int]:
    """What each of these categories asks for."""
    return dict(Category.objects.filter(slug__in=list(slugs)).values_list("slug", "deposit_minor"))


def qualified_in(provider_id: int) -> list[str]:
    """Slugs of the categories the provider is approved for."""
    found = Qualification.objects.filter(provider_id=provider_id, state__in=QUALIFIED)
    return list(found.values_list("category", flat=True))


def required_in_full(provider_id: int) -> int:
    """What the provider's approved categories ask for together: the largest."""
    return max(required_amounts(qualified_in(provider_id)).values(), default=0)


def transfers(provider_id: int) -> "list[DepositTransfer]":
    """Transfers into the deposit, newest first."""
    return list(DepositTransfer.objects.filter(provider_id=provider_id).order_by("-id")[:50])
