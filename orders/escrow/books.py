"""The doors to the ledger, typed. Everything a call lists is posted, or nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from marketplace.ledger.models import AccountCode
from orders.escrow.models import Deal

MERCHANT, PROVIDER, MARKET = 1, 2, 3
#: Where the market keeps what each component brings in.
INCOME = {
    "fixed": AccountCode.COMMISSION.value,
    "service": AccountCode.COMMISSION.value,
    "payment": AccountCode.PAYMENT_FEES.value,
}
CLEARING = AccountCode.CLEARING.value


@dataclass(frozen=True)
class Leg:
    """One transfer in one party's book. Legs of several books with the same key clear each other."""

    party: int
    key: str
    kind: str
    source: str
    target: str
    amount: int


class LedgerShort(RuntimeError):
    """Rows of escrow allowed what the ledger lacks: they disagree, and nothing was posted."""


def post(deal: Deal, legs: Sequence[Leg], at: datetime) -> int:
    """Post the legs of a deal; what is lacking when an account would fall below its floor (nothing was posted then), else 0."""
    legs = [leg for leg in legs if leg.amount]
    if not legs:
        return 0
    columns = zip(*((leg.party, leg.key, leg.kind, leg.source, leg.target, leg.amount) for leg in legs), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT short FROM escrow_post(%s, %s, %s, %s::integer[], %s, %s, %s, %s, %s::bigint[])",
            [deal.merchant_id, deal.pk, at, *map(list, columns)],
        )
        return int(cursor.fetchone()[0])


def must_post(deal: Deal, legs: Sequence[Leg], at: datetime) -> None:
    """The same where the deal's own rows promise that the money is there. Raises LedgerShort."""
    short = post(deal, legs, at)
    if short:
        raise LedgerShort(f"deal {deal.pk}: {short} {deal.currency} are missing for {[leg.key for leg in legs]}")


def move_wallet(
    *, merchant_id: int, currency: str, key: str, kind: str, is_in: bool, amount: int, at: datetime
) -> tuple[bool, int]:
    """(whether this call did it, what the wallet lacks)."""
    with connection.cursor() as cursor:
        values: list[Any] = [merchant_id, currency, at, key, kind, is_in, amount]
        cursor.execute("SELECT posted, short FROM escrow_wallet(%s, %s, %s, %s, %s, %s, %s)", values)
        posted, short = cursor.fetchone()
    return posted > 0, int(short)


def move_payout(*, provider_id: int, currency: str, key: str, kind: str, amount: int, at: datetime) -> tuple[bool, int]:
    """(whether this call did it, what the earnings lack)."""
    with connection.cursor() as cursor:
        values: list[Any] = [provider_id, currency, at, key, kind, amount]
        cursor.execute("SELECT posted, short FROM escrow_payout(%s, %s, %s, %s, %s, %s)", values)
        posted, short = cursor.fetchone()
    return posted > 0, int(short)
