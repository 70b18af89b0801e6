"""What a buyer would get now, before asking: the program's own statement for one order, rolled back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from aftersales.programs.contract import RunContext
from aftersales.programs.policies import active_policy
from aftersales.programs.price_protection import operations, rules
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from orders.store.queries import access_order, lines_of

ROWS = """
SELECT line_id, state, reason, amount, currency, units, price, valid_from, basis, cost_now
FROM decided WHERE state <> 'refused' AND amount > 0 ORDER BY line_id
"""


@dataclass(frozen=True)
class Quote:
    """What one line would get. Amounts in minor units: `basis` is what the units kept cost, `cost_now` what they cost today."""

    line_id: int
    state: str
    reason: str
    amount: int
    currency: str
    units: int
    price: int
    price_from: datetime
    basis: int
    cost_now: int


def is_offered(merchant_id: int) -> bool:
    """Whether the shop has price protection switched on at all. Needs the merchant's scope."""
    policy = active_policy(merchant_id=merchant_id, program=rules.PROGRAM)
    return policy is not None and rules.may_pay(rules.validated(policy.settings))


def quote_order(*, merchant_id: int, order_id: int, as_of: datetime) -> list[Quote]:
    """The lines of an order that would get money now, under the policy in force. Nothing is kept. Raises NotFound."""
    with transaction.atomic(durable=True):
        with scope(merchant_id):
            operations.decide(_context(access_order(merchant_id=merchant_id, pk=order_id), as_of))
            with connection.cursor() as cursor:
                cursor.execute(ROWS)
                found = [Quote(*row) for row in cursor.fetchall()]
        transaction.set_rollback(True)
    return found


def _context(order: ShopOrder, as_of: datetime) -> RunContext:
    policy = active_policy(merchant_id=order.merchant_id, program=rules.PROGRAM)
    return RunContext(
        merchant_id=order.merchant_id,
        shop_id=order.shop_id,
        timezone=order.shop.timezone,
        as_of=as_of,
        settings=rules.validated(policy.settings if policy else {}),
        policy_version=policy.version if policy else 0,
        run_id=0,
        dry_run=True,
        by=BEAT,
        at=as_of,
        order_id=order.pk,
        sku_ids=tuple(lines_of(order).values_list("sku_id", flat=True)),
    )
