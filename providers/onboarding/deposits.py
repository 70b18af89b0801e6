"""What a provider's deposit is and should be, read from the ledger. Amounts are fen (minor units of CNY).

One deposit covers every category: it must reach the largest amount that any of them asks for, not their sum.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Sum

from marketplace.ledger.models import AccountCode, LedgerAccount
from providers.catalogue.models import Category
from providers.moderation.models import Penalty
from providers.onboarding.models import Deduction, DepositTransfer, Qualification
from providers.onboarding.states import QUALIFIED

CURRENCY = "CNY"
#: Of a category's deposit, in 1/10,000: all of it.
WHOLE = 10_000

#: What share of the deposit a provider owes, in 1/10,000; called in its scope.
Share = Callable[[int], int]
_shares: list[Share] = []


def register_deposit_share(share: Share) -> None:
    """Let a room above ask for less (from `AppConfig.ready()`): good levels do. The smallest share counts."""
    if share not in _shares:
        _shares.append(share)


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


def share_of(provider_id: int) -> int:
    """What share of the categories' deposits this provider owes, in 1/10,000; needs its scope."""
    return min((share(provider_id) for share in _shares), default=WHOLE)


def amounts_asked(provider_id: int, slugs: Iterable[str]) -> dict[str, int]:
    """What each of these categories asks of this provider: its share, rounded up to a fen; needs its scope."""
    amounts = required_amounts(slugs)
    share = share_of(provider_id) if any(amounts.values()) else WHOLE
    return {slug: -(-amount * share // WHOLE) for slug, amount in amounts.items()}


def qualified_in(provider_id: int) -> list[str]:
    """Slugs of the categories the provider is approved for."""
    found = Qualification.objects.filter(provider_id=provider_id, state__in=QUALIFIED)
    return list(found.values_list("category", flat=True))


def required_in_full(provider_id: int) -> int:
    """What the provider's approved categories ask of it together: the largest. Needs its scope."""
    return max(amounts_asked(provider_id, qualified_in(provider_id)).values(), default=0)


def transfer_key(transfer_id: int) -> str:
    """The ledger's key of a confirmed transfer."""
    return f"deposit:{transfer_id}:confirmed"


def ruling_key(ruling: str) -> str:
    """The ledger's key of a deduction."""
    return f"ruling:{ruling}:deducted"


def returned_key(ruling: str) -> str:
    """The ledger's key of a deduction that was given back."""
    return f"ruling:{ruling}:returned"


def movement_details(provider_id: int, keys: Collection[str]) -> dict[str, str]:
    """What people know each movement by: the bank's reference of a transfer, the ruling and reason of a deduction."""
    ids = [key.split(":")[1] for key in keys if key.startswith("deposit:")]
    paid = DepositTransfer.objects.filter(provider_id=provider_id, pk__in=[pk for pk in ids if pk.isdecimal()])
    found = {transfer_key(row.pk): row.bank_reference or "" for row in paid}
    rulings = [key.split(":")[1] for key in keys if key.startswith("ruling:")]
    numbers = dict(Penalty.objects.filter(provider_id=provider_id, ruling__in=rulings).values_list("pk", "ruling"))
    deducted = Deduction.objects.filter(provider_id=provider_id, ruling_id__in=numbers)
    for row in deducted:
        number = numbers[row.ruling_id]
        found |= {ruling_key(number): f"{number} · {row.reason}", returned_key(number): number}
    return found


def transfers(provider_id: int) -> "list[DepositTransfer]":
    """Transfers into the deposit, newest first."""
    return list(DepositTransfer.objects.filter(provider_id=provider_id).order_by("-id")[:50])
