"""A shop with presale orders, and the program's public doors."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aftersales.programs.presale_balance.models import Enrolment
from marketplace.tenancy.scope import scope
from orders.store.contacts import encrypt
from orders.store.models import Buyer, ShopOrder
from tests import cast
from tests.engine import doors

SHANGHAI = ZoneInfo("Asia/Shanghai")
WINDOW = ("2026-11-11T01:00", "2026-11-12T00:00")


def at(text: str, tz: str = "Asia/Shanghai") -> datetime:
    """A local moment of the shop."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz))


def chinese_shop(slug: str = "acme") -> cast.Merchant:
    return cast.merchant(slug, currency="CNY", timezone="Asia/Shanghai")


def buyers(merchant: cast.Merchant, refs: Iterable[str], *, email: bool = True, phone: bool = False, **facts: Any) -> list[Buyer]:
    """Buyers with the contacts that are asked for."""
    with scope(merchant.id):
        return Buyer.objects.bulk_create(
            Buyer(
                merchant_id=merchant.id, shop=merchant.shop, external_ref=ref,
                contact_cipher=encrypt(f"{ref}@buyers.example", merchant_id=merchant.id) if email else None,
                phone_cipher=encrypt("13800138000", merchant_id=merchant.id) if phone else None, **facts,
            )
            for ref in refs
        )  # fmt: skip


def presale(
    merchant: cast.Merchant, ref: str, buyer: Buyer | None, *, window: tuple[str, str] | None = WINDOW, **facts: Any
) -> ShopOrder:
    """An order whose deposit of 100.00 is paid and whose balance of 700.00 is due in the window."""
    with scope(merchant.id):
        return ShopOrder.objects.create(**order_facts(merchant, ref, buyer, window=window, **facts))


def order_facts(
    merchant: cast.Merchant, ref: str, buyer: Buyer | None, *, window: tuple[str, str] | None = WINDOW, **facts: Any
) -> dict[str, Any]:
    opens, closes = (at(window[0]), at(window[1])) if window else (None, None)
    return {
        "merchant_id": merchant.id, "shop": merchant.shop, "buyer": buyer, "external_ref": ref,
        "status": "open", "currency": "CNY",
        "placed_at": at("2026-11-01T20:00"), "deposit_amount": 10_000, "deposit_paid_at": at("2026-11-01T20:05"),
        "balance_amount": 70_000, "captured_amount": 10_000, "presale_activity": "D11", "balance_opens_at": opens,
        "balance_closes_at": closes, **facts,
    }  # fmt: skip


def change(merchant: cast.Merchant, order: ShopOrder, **facts: Any) -> None:
    """What a later import would say about the order."""
    with scope(merchant.id):
        ShopOrder.objects.filter(merchant_id=merchant.id, pk=order.pk).update(**facts)


def remind(merchant: cast.Merchant, moment: str | datetime, *options: str, **changes: Any) -> dict[str, Any]:
    """One run of the program; keywords become `--set KEY=VALUE`. Nobody is held out unless asked for."""
    as_of = moment if isinstance(moment, datetime) else at(moment)
    return doors.run_any(merchant, "presale_balance", as_of.isoformat(), *options, **{"holdout_percent": 0, **changes})


def enrolment(merchant: cast.Merchant, order: ShopOrder) -> Enrolment:
    with scope(merchant.id):
        return Enrolment.objects.get(merchant_id=merchant.id, order_id=order.pk)


def local(moment: datetime | None, tz: str = "Asia/Shanghai") -> str | None:
    return moment.astimezone(ZoneInfo(tz)).strftime("%m-%d %H:%M") if moment else None


def touches(merchant: cast.Merchant) -> list[tuple[str, int, str, str, str, str]]:
    """(order, step, channel, due in local time, state, reason) of every touch."""
    found = doors.rows(
        merchant,
        """SELECT o.external_ref, t.step, t.channel, t.due_at, t.state, t.reason FROM presale_balance_touch t
           JOIN presale_balance_enrolment e ON e.merchant_id = t.merchant_id AND e.id = t.enrolment_id
           JOIN store_shoporder o ON o.merchant_id = e.merchant_id AND o.id = e.order_id
           ORDER BY o.external_ref, t.plan_no, t.step""",
    )
    return [(ref, step, channel, local(due) or "", state, reason) for ref, step, channel, due, state, reason in found]


def messages(merchant: cast.Merchant) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(step, channel, due in local time, data) of every message in the outbox."""
    found = doors.rows(merchant, "SELECT step, channel, run_at, data FROM outbox_message ORDER BY run_at, id")
    return [(step, channel, local(run_at) or "", json.loads(data)) for step, channel, run_at, data in found]
