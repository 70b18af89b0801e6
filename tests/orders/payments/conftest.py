"""acme with a sandbox payment, and short words for what happens to it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override

from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.escrow.operations import wallet
from orders.payments.gateways.protocol import Notice, Result
from orders.payments.models import PayIn
from orders.payments.operations.settling import Outcome, receive
from orders.payments.operations.starting import open_pay_in, start_pay_in
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
BANK = {"holder": "Market Ltd", "bank": "A bank", "account": "6222000011112222"}


@pytest.fixture
def acme(db: None) -> cast.Merchant:
    return cast.acme()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def bank(settings: Any) -> None:
    settings.PAY_IN_BANK = BANK


def begin(merchant: cast.Merchant, amount: int = 50_000, gateway: str = "sandbox", **values: Any) -> PayIn:
    """A payment whose page at the company is open."""
    common = {"merchant_id": merchant.id, "at": values.pop("at", NOW), "by": person(merchant.owner.pk)}
    row = start_pay_in(amount=amount, currency="CNY", gateway=gateway, **values, **common)
    return open_pay_in(pay_in_id=row.pk, **common)


def told(row: PayIn, result: Result = Result.PAID, **values: Any) -> Notice:
    """What the company says about a payment."""
    common: dict[str, Any] = {
        "event_id": f"evt-{row.reference}-{result}", "reference": row.reference, "result": result,
        "transaction": f"tx-{row.reference}", "amount": row.amount, "currency": row.currency,
    }  # fmt: skip
    return Notice(**{**common, **values})


def say(row: PayIn, result: Result = Result.PAID, *, at: datetime = NOW, **values: Any) -> Outcome:
    return receive(gateway=row.gateway, notice=told(row, result, **values), at=at, by=CLI)


def fresh(row: PayIn) -> PayIn:
    with scope(row.merchant_id, read_only=True):
        return PayIn.objects.get(merchant_id=row.merchant_id, pk=row.pk)


def balance(merchant: cast.Merchant, currency: str = "CNY") -> int:
    with scope(merchant.id, read_only=True):
        return wallet(merchant.id, currency)


def in_scope(merchant: cast.Merchant, act: Callable[[], Any]) -> Any:
    with scope(merchant.id, read_only=True):
        return act()
