"""An experiment written straight into the tables, and metrics of a program that exists only in tests."""

from datetime import UTC, datetime

from django.db import connection

from aftersales.measurement.metrics import Kind, Metric, Role
from aftersales.measurement.models import Experiment
from aftersales.measurement.operations import current_experiment
from aftersales.measurement.queries import planned_for
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast

PROGRAM = "presale_test"
START = datetime(2026, 11, 1, tzinfo=UTC)
AS_OF = datetime(2026, 12, 1, tzinfo=UTC)
BALANCE = 70_000
#: A day per thousand buyers; the first `paid` of each arm pay two hours after they became eligible.
BUYERS = """
INSERT INTO store_buyer (merchant_id, shop_id, external_ref, contact_hash, commercial_consent)
SELECT %(merchant)s, %(shop)s, %(arm)s || n, '', false FROM generate_series(1, %(buyers)s) n
"""
ASSIGNED = """
INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
SELECT %(merchant)s, %(experiment)s, b.id, %(arm)s, %(start)s + n %% 20 * interval '1 day'
FROM generate_series(1, %(buyers)s) n
JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.shop_id = %(shop)s AND b.external_ref = %(arm)s || n
"""
ORDERS = """
INSERT INTO store_shoporder (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at, captured_amount,
                             refunded_amount, shipping_amount, deposit_amount, balance_amount, balance_paid_at, revision)
SELECT %(merchant)s, %(shop)s, b.id, 'O-' || b.external_ref, 'paid', 'account', %(currency)s, a.eligible_at - interval '1 day',
       80000, 0, 0, 10000, 70000, CASE WHEN n <= %(paid)s THEN a.eligible_at + interval '2 hours' END, 0
FROM generate_series(1, %(buyers)s) n
JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.shop_id = %(shop)s AND b.external_ref = %(arm)s || n
JOIN measurement_assignment a ON a.merchant_id = %(merchant)s AND a.experiment_id = %(experiment)s AND a.buyer_id = b.id
"""

PAID = """
SELECT o.buyer_id, o.balance_paid_at AS at, {value} AS value
FROM assigned a JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = a.buyer_id
WHERE o.balance_paid_at IS NOT NULL AND o.currency = a.currency
"""
#: Messages of a penny to every treated buyer, an hour after he became eligible.
MESSAGE = "SELECT buyer_id, eligible_at + interval '1 hour' AS at, 1 AS value FROM assigned WHERE arm = 'treatment'"


def metrics() -> list[Metric]:
    return [
        Metric(PROGRAM, "paid", Kind.RATE, PAID.format(value="1"), Role.SUCCESS, "Balance paid", "The balance was paid."),
        Metric(PROGRAM, "gmv", Kind.AMOUNT, PAID.format(value="o.balance_amount"), Role.VALUE, "GMV"),
        Metric(PROGRAM, "messages", Kind.AMOUNT, MESSAGE, Role.COST, "Messages"),
        Metric(PROGRAM, "reached", Kind.RATE, MESSAGE, Role.TOUCH, "Reminded"),
        Metric(PROGRAM, "left", Kind.RATE, "SELECT buyer_id, eligible_at, 1 FROM assigned WHERE false", Role.GUARD, "Opted out"),
        Metric(
            PROGRAM, "suppressed", Kind.RATE, "SELECT buyer_id, eligible_at AS at, 'QUIET'::text AS reason FROM assigned LIMIT 3",
            Role.SUPPRESSED,
        ),
    ]  # fmt: skip


def open_study(merchant: cast.Merchant, holdout_ppm: int = 200_000, program: str = PROGRAM) -> Experiment:
    return current_experiment(merchant_id=merchant.id, program=program, holdout_ppm=holdout_ppm, by=CLI, at=START)


def fill(merchant: cast.Merchant, experiment: Experiment, arm: str, buyers: int, paid: int) -> None:
    """`buyers` buyers in an arm, of whom the first `paid` pay their balance of 700.00."""
    values = {
        "merchant": merchant.id, "shop": merchant.shop.pk, "currency": merchant.shop.currency, "experiment": experiment.pk,
        "arm": arm, "buyers": buyers, "paid": paid, "start": START,
    }  # fmt: skip
    with scope(merchant.id), planned_for(buyers), connection.cursor() as cursor:
        for statement in (BUYERS, ASSIGNED, ORDERS):
            cursor.execute(statement, values)
