"""Weeks of one contract that is paid by shift: to accept, to object to, accepted long ago."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow.operations import open_deal
from orders.service.calendar import day_of
from orders.service.models import ContractVersion, ServiceOrder
from orders.service.operations.common import change
from orders.service.terms import RecurringTerms, Terms, UnitTerms, contract_hash, to_json
from orders.shifts.models import Timesheet
from orders.shifts.weeks import WEEK, monday_of
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    parties = {"merchant_id": merchant.id, "provider_id": provider.id}
    name = f"{merchant.slug} and {provider.slug} 1001"
    terms = Terms(
        name,
        "store-operation",
        "seat_shift",
        "CNY",
        scope=name,
        recurring=RecurringTerms(0),
        units=UnitTerms("shift", 100_00, 10),
    )
    # The real clock: nothing may be due while the tests of tasks sweep.
    now = timezone.now()
    with scope(merchant.id):
        order = ServiceOrder.objects.create(
            **parties, number=f"{merchant.slug}-9", title=name, category=terms.category, model=terms.model, currency="CNY",
            total_minor=terms.total_minor, merchant_name=merchant.slug, provider_name=provider.slug, source_kind="listing",
            offered_version=1, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        deal = open_deal(
            **parties, order_id=order.pk, number=order.number, title=name, category=order.category, currency="CNY", at=NOW, by=CLI
        )
        change(order, state="active", deal_id=deal.pk, signed_version=1, signed_at=NOW, started_at=NOW)
        ContractVersion.objects.create(
            **parties, created_at=NOW, created_by=merchant.slug, order=order, number=1, terms=to_json(terms),
            template="general/1", hash=contract_hash(terms, "general/1"), proposed_by="merchant", merchant_accepted_at=NOW,
            provider_accepted_at=NOW,
        )  # fmt: skip
        first = monday_of(day_of(now)) - WEEK
        line = {
            "agent": f"{provider.slug} 1001", "starts_at": NOW.isoformat(), "ends_at": (NOW + timedelta(hours=8)).isoformat(),
            "clock_in": NOW.isoformat(), "clock_out": (NOW + timedelta(hours=8)).isoformat(), "present": 480, "active": 400,
            "late": 0, "tickets": 30, "parts": 10_000,
        }  # fmt: skip
        rows = [
            Timesheet.objects.create(
                **parties, order=order, week=first - n * WEEK, state=state, lines=[line], parts=10_000, planned=1, events=60,
                roster_hash="0" * 64, events_hash="1" * 64, handed_in_at=NOW, handed_in_by="user:1",
                closes_at=now + timedelta(days=3), decided_at=None if state == "review" else NOW,
            )
            for n, state in enumerate(("review", "review", "accepted"))
        ]  # fmt: skip
    return {"shift_order": order.pk, "timesheet": rows[0].pk, "open_timesheet": rows[1].pk}
