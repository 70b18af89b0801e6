"""The shop on which the faults fall: orders whose price fell, presales whose balance is due, orders that will be sent back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors

#: Paid and current price of every protected order, in minor units.
PAID, NOW_COSTS = 5_000, 4_400
POLICIES: dict[str, dict[str, Any]] = {
    "price_protection": {},
    "presale_balance": {},
    "refund_retention": {"holdout_percent": 10},
}


@dataclass(frozen=True)
class Size:
    """How many orders of each kind."""

    protected: int
    presales: int
    returns: int


def build(folder: Path, size: Size) -> cast.Merchant:
    """A merchant in whose orders every program has work now, and goes on finding some for minutes."""
    shop = cast.merchant("storm", currency="CNY", timezone="Asia/Shanghai")
    now = datetime.now(UTC).replace(microsecond=0)
    documents = [*_protected(size.protected, now), *_presales(size.presales, now), *_returns(size.returns, now)]
    doors.import_orders(shop, doors.orders_file(folder, documents, "jsonl"), "jsonl")
    table = [{"sku": "FALLEN", "price": f"{NOW_COSTS / 100:.2f}", "valid_from": (now - timedelta(days=1)).isoformat()}]
    doors.import_prices(shop, doors.table_file(folder / "prices.csv", table))
    with scope(shop.id):
        for name, changes in POLICIES.items():
            program = program_named(name)
            settings = program.validated(changes)
            save_policy(merchant_id=shop.id, program=program, settings=settings, automatic=True, by=CLI, at=now)
    return shop


def _order(ref: str, buyer: str, sku: str, price: int, **facts: Any) -> dict[str, Any]:
    line = {"sku": sku, "quantity": 1, "list_unit_price": f"{price / 100:.2f}"}
    return {"order_ref": ref, "buyer_ref": buyer, "email": f"{buyer.lower()}@buyers.example", **facts, "lines": [line]}


def _bought(now: datetime, days: int) -> dict[str, str]:
    ago = {"placed_at": days, "paid_at": days, "delivered_at": days - 1}
    return {name: (now - timedelta(days=n)).isoformat() for name, n in ago.items()} | {"status": "delivered"}


def _protected(count: int, now: datetime) -> list[dict[str, Any]]:
    return [_order(f"P{n:05}", f"PB{n:05}", "FALLEN", PAID, **_bought(now, 4)) for n in range(count)]


def _presales(count: int, now: datetime) -> list[dict[str, Any]]:
    """Balances whose first reminder is due now or within minutes."""
    found = []
    for n in range(count):
        opens = now - timedelta(minutes=12) + timedelta(seconds=n * 400 // max(count, 1))
        window = {"balance_opens_at": opens.isoformat(), "balance_closes_at": (opens + timedelta(hours=20)).isoformat()}
        placed = (now - timedelta(days=3)).isoformat()
        facts = {
            "placed_at": placed,
            "deposit_paid_at": placed,
            "deposit": "10.00",
            "balance": "90.00",
            "status": "open",
            **window,
        }
        found.append(_order(f"S{n:05}", f"SB{n:05}", "PRESALE", 10_000, presale_activity="D11", **facts))
    return found


def _returns(count: int, now: datetime) -> list[dict[str, Any]]:
    return [_order(f"R{n:05}", f"RB{n:05}", "RETURNED", 20_000, **_bought(now, 6)) for n in range(count)]
