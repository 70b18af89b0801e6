"""A small shop with orders to ask back, and the doors of refund retention as tests use them."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aftersales.programs.policies import save_policy
from aftersales.programs.refund_retention import answering, operations
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run as run_program
from marketplace.tenancy.actor import CLI, Actor
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer, RefundRequest
from tests import cast
from tests.engine import doors

NOW = doors.moment("2026-03-06T12:00:00+00:00")
BUYER = Actor("buyer:1")
numbers = itertools.count(1)
Recorded = operations.Recorded


def orders(directory: Path, merchant: cast.Merchant, *lines: dict[str, Any], consent: bool = True) -> None:
    """Orders of one line each unless `order_ref` repeats: O1, O2 … of buyers B1, B2 …, 620.00 each."""
    rows = [
        {
            "order_ref": f"O{n}",
            "line_no": 1,
            "sku": f"SKU{n}",
            "quantity": 1,
            "list_unit_price": "620.00",
            "placed_at": "2026-03-02T10:00:00",
            "paid_at": "2026-03-02T10:01:00",
            "delivered_at": "2026-03-04T10:00:00",
            "status": "delivered",
            "buyer_ref": f"B{n}",
            "contact": f"b{n}@example.com",
            **line,
        }
        for n, line in enumerate(lines or ({},), start=1)
    ]
    doors.import_orders(merchant, doors.table_file(directory / f"orders{next(numbers)}.csv", rows), "csv")
    with scope(merchant.id):
        Buyer.objects.filter(merchant_id=merchant.id).update(commercial_consent=consent)


def policy(merchant: cast.Merchant, *, automatic: bool = True, **changes: Any) -> None:
    """Put a policy in force; nobody is held out unless asked for, and return logistics do not bind."""
    settings = {**DEFAULTS, "holdout_percent": 0, "return_logistics_amount": 10_000, **changes}
    with scope(merchant.id, durable=True):
        save_policy(
            merchant_id=merchant.id, program=program_named(PROGRAM), settings=settings, automatic=automatic, by=CLI, at=NOW
        )


def ask(
    merchant: cast.Merchant, order: str = "O1", *, line: int = 1, quantity: int = 1, at: datetime = NOW, **facts: Any
) -> Recorded:
    """A refund request as the API records it."""
    return operations.record_refund_request(
        merchant_id=merchant.id,
        shop_id=merchant.shop.pk,
        external_ref=facts.pop("ref", f"RF{next(numbers)}"),
        order_ref=order,
        line_no=line,
        quantity=quantity,
        requested_at=facts.pop("requested_at", at),
        by=CLI,
        at=at,
        **facts,
    )


def case_of(recorded: Recorded) -> RetentionCase:
    """The request's case as it is now."""
    with scope(recorded.request.merchant_id):
        return RetentionCase.objects.select_related("request").get(
            merchant_id=recorded.request.merchant_id, request_id=recorded.request.pk
        )


def accept(case: RetentionCase, at: datetime = NOW) -> RetentionCase:
    return answering.accept_card(merchant_id=case.merchant_id, case_id=case.pk, by=BUYER, at=at)


def closed(recorded: Recorded, outcome: str, at: datetime, kept_units: int | None = None) -> RefundRequest:
    """The platform's word on a request."""
    return operations.record_outcome(
        merchant_id=recorded.request.merchant_id, request_id=recorded.request.pk, outcome=outcome, by=CLI, at=at,
        kept_units=kept_units,
    )  # fmt: skip


def run(merchant: cast.Merchant, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """A whole run as of a moment; the counts it reports."""
    settings = {**DEFAULTS, "holdout_percent": 0, "return_logistics_amount": 10_000, **changes}
    done = run_program(
        program=program_named(PROGRAM), merchant_id=merchant.id, shop=None, settings=settings, as_of=at, by=CLI, at=at,
        dry_run=False,
    )  # fmt: skip
    return done.counts


def beat(merchant: cast.Merchant, at: datetime) -> dict[str, int]:
    return dict(operations.work(merchant_id=merchant.id, by=CLI, at=at))


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)
