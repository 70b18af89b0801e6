"""Contracts with an outcome clause, and a shop whose buyers return or keep what they bought."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from marketplace.tenancy.scope import scope
from orders.outcomes.clause import OutcomeClause, to_json
from orders.outcomes.models import OutcomeAgreement
from orders.service.terms import MilestoneTerms, RecurringTerms, Terms
from tests import cast
from tests.orders.service.stories import AT, DAY, MONTHLY, STAGES, Story, signed

CAP = 2_000_00
#: Half of the buyers are held out, so that small shops show effects.
CLAUSE = OutcomeClause(
    metric="return_rate", cap_minor=CAP, milestone=2, window_days=30, settle_days=30, min_sample=100, holdout_ppm=500_000,
    basis="successes", rate=5_000, per_success_minor=50_00,
)  # fmt: skip
BUYERS = """
WITH b AS (
  INSERT INTO store_buyer (merchant_id, shop_id, external_ref, contact_hash, commercial_consent)
  SELECT %(merchant)s, %(shop)s, %(name)s || n, '', false FROM generate_series(1, %(buyers)s) n RETURNING id, external_ref),
o AS (
  INSERT INTO store_shoporder (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at, paid_at,
                               captured_amount, refunded_amount, shipping_amount, revision)
  SELECT %(merchant)s, %(shop)s, b.id, 'O-' || b.external_ref, 'paid', 'account', 'CNY', %(paid)s, %(paid)s, 10500, 0, 500, 0
  FROM b RETURNING id, buyer_id),
k AS (
  INSERT INTO store_sku (merchant_id, shop_id, code, title, category, is_gift, is_bundle, is_clearance, is_flash, is_live_room)
  VALUES (%(merchant)s, %(shop)s, %(name)s, '', '', false, false, false, false, false) RETURNING id)
INSERT INTO store_shoporderline (merchant_id, order_id, sku_id, line_no, quantity, returned_quantity, open_aftersale_quantity,
                                 list_unit_amount, paid_amount, goodwill_amount, tax_rate_ppm, currency, channel, tier, placed_at,
                                 paid_at, revision)
SELECT %(merchant)s, o.id, k.id, 1, 1, 0, 0, 10000, 10000, 0, 0, 'CNY', 'account', '', %(paid)s, %(paid)s, 0 FROM o, k
"""
#: Of each arm the first so many (by hash) of a hundred ask for their money back.
RETURNS = """
WITH ranked AS (
  SELECT a.buyer_id, a.arm, row_number() OVER (PARTITION BY a.arm ORDER BY a.buyer_id) AS place
  FROM measurement_assignment a WHERE a.merchant_id = %(merchant)s AND a.experiment_id = %(experiment)s),
r AS (
  INSERT INTO store_refundrequest (merchant_id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity, unit_amount,
                                   currency, requested_at, state, outcome)
  SELECT %(merchant)s, o.shop_id, o.buyer_id, l.sku_id, 'R-' || o.buyer_id, 1, 1, 1, 10000, 'CNY', %(at)s, 'single', 'refunded'
  FROM ranked k
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = k.buyer_id
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.order_id = o.id
  WHERE k.place %% 100 < CASE k.arm WHEN 'treatment' THEN %(treated)s ELSE %(control)s END
  RETURNING id, buyer_id)
INSERT INTO store_refundallocation (merchant_id, request_id, line_id, quantity)
SELECT %(merchant)s, r.id, l.id, 1
FROM r JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = r.buyer_id
JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.order_id = o.id
"""


def terms(clause: OutcomeClause = CLAUSE) -> Terms:
    """Two milestones: the work, and what the measured outcome pays."""
    stages = (STAGES.milestones[0], MilestoneTerms("The outcome", clause.cap_minor))
    return replace(STAGES, milestones=stages, clauses={"outcome": to_json(clause)})


def standing(clause: OutcomeClause = CLAUSE, months: int = 3) -> Terms:
    """A standing service with the same outcome; nothing holds its fee in advance."""
    clause = replace(clause, milestone=0)
    return replace(MONTHLY, recurring=RecurringTerms(500_00, min_months=months), clauses={"outcome": to_json(clause)})


def measuring(clause: OutcomeClause = CLAUSE, **parties: Any) -> Story:
    """Signed, and the money of the outcome is held: measuring has begun."""
    merchant = parties.pop("merchant", None) or cast.acme(currency="CNY", timezone="Asia/Shanghai")
    return signed(terms(clause), merchant=merchant, **parties).fund(1).fund(2)


def agreement(story: Story) -> OutcomeAgreement:
    with scope(story.merchant.id):
        return OutcomeAgreement.objects.select_related("order").get(merchant_id=story.merchant.id, order_id=story.order_id)


def sell(story: Story, buyers: int, *, at: datetime = AT + DAY, name: str = "B") -> None:
    values = {
        "merchant": story.merchant.id, "shop": story.merchant.shop.pk, "buyers": buyers, "paid": at, "name": name,
    }  # fmt: skip
    with scope(story.merchant.id), connection.cursor() as cursor:
        cursor.execute(BUYERS, values)


def returns(story: Story, *, treated: int, control: int, at: datetime = AT + 10 * DAY) -> None:
    """So many in a hundred of each arm ask for their money back. Needs the arms, so count first."""
    values = {
        "merchant": story.merchant.id, "experiment": agreement(story).subject, "treated": treated, "control": control, "at": at,
    }  # fmt: skip
    with scope(story.merchant.id), connection.cursor() as cursor:
        cursor.execute(RETURNS, values)


__all__ = ["AT", "CAP", "CLAUSE", "DAY", "agreement", "measuring", "returns", "sell", "standing", "terms", "timedelta"]
