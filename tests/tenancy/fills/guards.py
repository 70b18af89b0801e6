"""A budget with something spent, its alert, and a switch."""

from datetime import UTC, datetime

from django.db import connection

from aftersales.guards.models import Budget
from aftersales.guards.operations import ALL_PROGRAMS, switch_program
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
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
