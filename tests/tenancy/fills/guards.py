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
from aftersales.models import Claim, Payout
from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.store.models import Sku
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> dict[str, int]:
    """Fill the tables, and name what the addresses of the guards name. An alert leaves a notice in the outbox."""
    with scope(merchant.id), connection.cursor() as cursor:
        Budget.objects.create(merchant_id=merchant.id, level="buyer_day", currency=merchant.shop.currency, limit_amount=10**9)
        Budget.objects.create(merchant_id=merchant.id, level="merchant_day", currency="XTS", limit_amount=100)
        cursor.execute("SELECT guard_spend(%s, 'price_protection', 'XTS', now(), ARRAY[1], ARRAY[90])", [merchant.id])
    for stop in (True, False):
        switch_program(
            merchant_id=merchant.id, program=ALL_PROGRAMS, stop=stop, reason=f"drill of {merchant.slug}", by=CLI, at=NOW
        )
    _hold_another(merchant)
    with scope(merchant.id):
        own = {"merchant_id": merchant.id}
        GuardSettings.objects.create(**own, updated_by=merchant.slug)
        money = {"program": "price_protection", "currency": merchant.shop.currency}
        SpendHour.objects.create(**own, **money, hour=NOW, amount=100, claims=1)
        why = {"current": 900, "median": 100, "percent": 300}
        Breaker.objects.create(**own, program="presale_balance", currency=merchant.shop.currency, facts=why)
        sku = Sku.objects.filter(merchant_id=merchant.id).earliest("id")
        SkuHold.objects.create(**own, **money, sku=sku, price=1)
        payload = {"changes": {"approval_days": 8}, "before": {"approval_days": 7}}
        budget = Budget.objects.filter(merchant_id=merchant.id).earliest("id")
        wanted = {"limit": 5, "before": 4, "level": budget.level, "alert_percent": 80}
        Approval.objects.create(
            **own, kind="budget", subject_id=budget.pk, currency=budget.currency, requested_by=_asker(merchant),
            expires_at=datetime(2999, 1, 1, tzinfo=UTC), payload=wanted,
        )  # fmt: skip
        Approval.objects.create(
            **own, kind="settings", requested_by=_asker(merchant), expires_at=datetime(2999, 1, 1, tzinfo=UTC), payload=payload
        )
        payout = Payout.objects.filter(merchant_id=merchant.id).select_related("claim__order").earliest("id")
        case = ReconciliationCase.objects.create(
            **own, kind="stuck", subject=merchant.slug, currency=merchant.shop.currency, payout=payout, order=payout.claim.order
        )
        CaseNote.objects.create(**own, case=case, text=merchant.slug, created_by="x")
        ReconciliationRun.objects.create(**own, slot="2026-03-06", started_at=NOW, created_by=merchant.slug)
    return _ids(merchant)


def _hold_another(merchant: cast.Merchant) -> None:
    """A second held claim: the first one is used up by whoever tries the claim's own page."""
    with scope(merchant.id):
        copy = Claim.objects.filter(merchant_id=merchant.id, state="held").latest("id")
        copy.pk, copy.sequence, copy.reason, copy.amount = None, copy.sequence + 1, "BUDGET", 100  # both fit the payment
        copy.save(force_insert=True)


def _asker(merchant: cast.Merchant) -> str:
    """The member who owns the merchant, as the world makes her later: what she asked for she can take back."""
    return person(ensure_user(email=f"owner.member@{merchant.slug}.example", password=cast.PASSWORD).pk).label


def _ids(merchant: cast.Merchant) -> dict[str, int]:
    named = {"held_product": SkuHold, "breaker": Breaker, "approval": Approval, "book_case": ReconciliationCase}
    with scope(merchant.id):
        held = Claim.objects.filter(merchant_id=merchant.id, state="held").latest("id").pk
        found = {**named, "comparison": ReconciliationRun}.items()
        own = Approval.objects.filter(merchant_id=merchant.id, kind="settings").earliest("id").pk
        return {"held_too": held, "own_request": own} | {
            name: model.objects.filter(merchant_id=merchant.id).earliest("id").pk for name, model in found
        }
