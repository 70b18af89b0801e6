"""A merchant and a provider with a deal between them, and what their books say."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, connections

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.models import CommissionRule, Deal
from tests import cast
from tests.engine.market import at_once

AT = datetime(2026, 3, 6, 12, tzinfo=UTC)
LATER = AT + timedelta(days=8)
CATEGORY = "aftersale-service"


class Stage:
    """Acts of one deal, each in a transaction of its own and in the merchant's scope."""

    def __init__(self, *, merchant: cast.Merchant | None = None, provider: cast.Provider | None = None, paid_in: int = 100_000,
                 order_id: int = 1, **terms: Any) -> None:  # fmt: skip
        self.merchant = merchant or cast.acme()
        self.provider = provider or cast.studio()
        self.merchant_id, self.provider_id = self.merchant.id, self.provider.id
        if paid_in:
            self.pay_in(paid_in, f"opening:{order_id}")
        with scope(self.merchant_id):
            self.deal: Deal = escrow.open_deal(
                merchant_id=self.merchant_id, provider_id=self.provider_id, order_id=order_id, number=f"SO-{order_id}",
                title=f"{self.merchant.slug} hires", category=CATEGORY, currency="CNY", at=AT, by=CLI, **terms,
            )  # fmt: skip

    def act(self, name: str, *, at: datetime = AT, by_provider: bool = False, **facts: Any) -> Any:
        with scope(self.provider_id if by_provider else self.merchant_id, durable=True):
            return getattr(escrow, name)(deal=self.deal, at=at, by=CLI, **facts)

    def pay_in(self, amount: int, key: str) -> bool:
        with scope(self.merchant_id, durable=True):
            return escrow.credit_wallet(
                merchant_id=self.merchant_id, amount=amount, currency="CNY", key=key, kind="paid_in", at=AT, by=CLI
            )

    def hold(self, amount: int, key: str = "milestone:1") -> Any:
        return self.act("hold", key=key, amount=amount)

    def release(self, amount: int, key: str = "r1", hold_key: str = "milestone:1", **how: Any) -> Any:
        return self.act("release", hold_key=hold_key, key=key, amount=amount, **how)

    def refund(self, amount: int, key: str = "b1", hold_key: str = "milestone:1", **how: Any) -> Any:
        return self.act("refund", hold_key=hold_key, key=key, amount=amount, **how)

    def reverse(self, amount: int, key: str = "v1", release_key: str = "r1", **how: Any) -> Any:
        return self.act("reverse", release_key=release_key, key=key, amount=amount, ruling="D-1", **how)

    def send_payout(self, amount: int, key: str, step: str = "sent") -> bool:
        with scope(self.provider_id, durable=True):
            return escrow.move_payout(
                provider_id=self.provider_id,
                amount=amount,
                currency="CNY",
                key=key,
                step=step,
                at=AT,
                by=CLI,  # type: ignore[arg-type]
            )

    @property
    def books(self) -> dict[str, dict[str, int]]:
        """What every party's accounts hold, without empty ones."""
        names = {self.merchant_id: "merchant", self.provider_id: "provider"}
        found: dict[str, dict[str, int]] = {}
        for owner, code, balance in system("SELECT merchant_id, code, balance FROM ledger_ledgeraccount WHERE balance <> 0"):
            found.setdefault(names.get(owner, "market"), {})[code] = balance
        return found


def together(*acts: Callable[[], Any]) -> list[Any]:
    """`at_once` for acts that also use the system role's session, which each thread closes behind itself."""

    def closing(act: Callable[[], Any]) -> Callable[[], Any]:
        def do() -> Any:
            try:
                return act()
            finally:
                connections["system"].close()

        return do

    return at_once(*map(closing, acts))


def system(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of every tenant's."""
    with connections["system"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def app(tenant_id: int | None, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement sent as the application's role in a tenant's scope."""
    with scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def rule(**facts: Any) -> CommissionRule:
    """A commission rule as staff would save it."""
    row = CommissionRule(**{"name_zh": "规则", "name_en": "Rule", "position": 10, **facts})
    row.save(using="system")
    return row
