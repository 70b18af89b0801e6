"""The SQL functions of the guards, as programs call them."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from aftersales.guards.models import Budget, GuardSettings
from marketplace.tenancy.scope import scope
from tests import cast

AT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
PROGRAM = "price_protection"
Claim = tuple[int | None, int]


def limit(merchant: cast.Merchant, level: str, amount: int | None, *, program: str = "", currency: str = "CNY") -> Budget:
    with scope(merchant.id):
        return Budget.objects.create(
            merchant_id=merchant.id, level=level, program=program, currency=currency, limit_amount=amount
        )


def settings(merchant: cast.Merchant, **values: Any) -> None:
    with scope(merchant.id):
        GuardSettings.objects.update_or_create(merchant_id=merchant.id, defaults=values)


def _call(merchant: cast.Merchant, statement: str, *values: Any) -> Any:
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(statement, [merchant.id, *values])
        return cursor.fetchone()[0]


def _split(claims: tuple[Claim, ...]) -> tuple[list[int | None], list[int]]:
    return [buyer for buyer, _amount in claims], [amount for _buyer, amount in claims]


def spend(
    merchant: cast.Merchant, *claims: Claim, program: str = PROGRAM, currency: str = "CNY", at: datetime = AT
) -> list[bool]:
    """Which of the claims (buyer, amount) fit the budgets."""
    return _call(
        merchant, "SELECT guard_spend(%s, %s, %s, %s, %s::bigint[], %s::bigint[])", program, currency, at, *_split(claims)
    )


def verdicts(
    merchant: cast.Merchant, *claims: Claim, run: int | None = None, currency: str = "CNY", at: datetime = AT
) -> list[str | None]:
    """Why each of the claims is held, or None."""
    return _call(
        merchant,
        "SELECT guard_verdicts(%s, %s, %s, %s, %s, %s::bigint[], %s::bigint[])",
        PROGRAM,
        run,
        currency,
        at,
        *_split(claims),
    )


def batch(merchant: cast.Merchant, amount: int, *, run: int | None, currency: str = "CNY", at: datetime = AT) -> bool:
    return _call(merchant, "SELECT guard_batch(%s, %s, %s, %s, %s, %s)", PROGRAM, run, currency, amount, at)
