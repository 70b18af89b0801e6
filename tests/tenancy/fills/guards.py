"""A row in every table of the guards."""

from datetime import UTC, datetime

from django.db import connection

from aftersales.guards.models import (
    Approval,
    Breaker,
    Budget,
    CaseNote,
    GuardSettings,
    ReconciliationCase,
    ReconciliationRun,
    SkuHold,
    SpendHour,
)
from aftersales.guards.operations import ALL_PROGRAMS, switch_program
from aftersales.models import Payout
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Sku
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> None:
    with scope(merchant.id), connection.cursor() as cursor:
        Budget.objects.create(merchant_id=merchant.id, level="buyer_day", currency=merchant.shop.currency, limit_amount=10**9)
        Budget.objects.create(merchant_id=merchant.id, level="merchant_day", currency="XTS", limit_amount=100)
        cursor.execute("SELECT guard_spend(%s, 'price_protection', 'XTS', now(), ARRAY[1], ARRAY[90])", [merchant.id])
    for stop in (True, False):
        switch_program(
            merchant_id=merchant.id, program=ALL_PROGRAMS, stop=stop, reason=f"drill of {merchant.slug}", by=CLI, at=NOW
        )
    with scope(merchant.id):
        own = {"merchant_id": merchant.id}
        GuardSettings.objects.create(**own, updated_by=merchant.slug)
        money = {"program": "price_protection", "currency": merchant.shop.currency}
        SpendHour.objects.create(**own, **money, hour=NOW, amount=100, claims=1)
        Breaker.objects.create(**own, program="presale_balance", currency=merchant.shop.currency)
        sku = Sku.objects.filter(merchant_id=merchant.id).earliest("id")
        SkuHold.objects.create(**own, **money, sku=sku, price=1)
        payload = {"changes": {"approval_days": 8}, "before": {"approval_days": 7}}
        Approval.objects.create(
            **own, kind="settings", requested_by="user:0", expires_at=datetime(2999, 1, 1, tzinfo=UTC), payload=payload
        )
        payout = Payout.objects.filter(merchant_id=merchant.id).select_related("claim__order").earliest("id")
        case = ReconciliationCase.objects.create(
            **own, kind="stuck", subject="x", currency=merchant.shop.currency, payout=payout, order=payout.claim.order
        )
        CaseNote.objects.create(**own, case=case, text=f"note of {merchant.slug}", created_by="x")
        ReconciliationRun.objects.create(**own, slot="2026-03-06", started_at=NOW, created_by=merchant.slug)


def ids(merchant: cast.Merchant) -> dict[str, int]:
    """What the addresses of the guards name."""
    named = {"held_product": SkuHold, "breaker": Breaker, "approval": Approval, "book_case": ReconciliationCase}
    with scope(merchant.id):
        found = {**named, "comparison": ReconciliationRun}.items()
        return {name: model.objects.filter(merchant_id=merchant.id).earliest("id").pk for name, model in found}
