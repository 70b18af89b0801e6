"""What refund retention is judged by: both arms alike, from the order store alone.

A buyer is eligible from the first request that could have got a card. What counts is what buyers with a card keep of what they
asked back, compared with buyers of the control group: the report's difference is the headline of the program, never the sum of
accepted cards.
"""

from django.utils.translation import gettext_lazy as _

from aftersales.measurement.metrics import Kind, Metric, Role
from aftersales.programs.refund_retention.rules import PROGRAM

# Requests of the assigned buyers since they became eligible, with what their units were paid.
ASKED = """
  SELECT a.buyer_id, c.requested_at, c.created_at, c.asked_amount, c.units, r.outcome, r.closed_at, c.kept_units, c.reason
  FROM assigned a
  JOIN refund_retention_retentioncase c
    ON c.merchant_id = %(merchant)s AND c.buyer_id = a.buyer_id AND c.created_at >= a.eligible_at
  JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = c.request_id
"""
KEPT = f"""
SELECT q.buyer_id, q.closed_at, 1::bigint FROM ({ASKED}) q WHERE q.outcome = 'withdrawn' AND q.closed_at IS NOT NULL
"""
KEPT_AMOUNT = f"""
SELECT q.buyer_id, q.closed_at, q.asked_amount * coalesce(q.kept_units, q.units) / q.units
FROM ({ASKED}) q WHERE q.outcome = 'withdrawn' AND q.closed_at IS NOT NULL
UNION ALL
SELECT q.buyer_id, q.closed_at, -q.asked_amount
FROM ({ASKED}) q WHERE q.outcome = 'refunded' AND q.reason = 'SECOND_REQUEST' AND q.closed_at IS NOT NULL
"""
COST = """
SELECT a.buyer_id, c.withdrawn_at, c.cost_amount + c.later_amount
FROM assigned a
JOIN refund_retention_retentioncase c ON c.merchant_id = %(merchant)s AND c.buyer_id = a.buyer_id
WHERE c.withdrawn_at IS NOT NULL AND c.cost_amount + c.later_amount > 0
"""
TOUCHED = """
SELECT a.buyer_id, m.closed_at, 1::bigint
FROM assigned a
JOIN refund_retention_retentioncase c ON c.merchant_id = %(merchant)s AND c.buyer_id = a.buyer_id
JOIN outbox_message m
  ON m.merchant_id = %(merchant)s AND m.effect_key = 'retention:' || c.request_id || ':card' AND m.state = 'sent'
"""
ACCEPTED = """
SELECT a.buyer_id, c.answered_at, 1::bigint
FROM assigned a
JOIN refund_retention_retentioncase c ON c.merchant_id = %(merchant)s AND c.buyer_id = a.buyer_id AND c.answer = 'accepted'
"""
OPTED_OUT = """
SELECT a.buyer_id, b.opted_out_at, 1::bigint
FROM assigned a JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = a.buyer_id
WHERE b.opted_out_at >= a.eligible_at
"""
METRICS = (
    Metric(
        PROGRAM, "kept", Kind.RATE, KEPT, Role.SUCCESS, _("Keeps the purchase"),
        _("The buyer's refund request was withdrawn on the platform after the first eligible request."),
    ),
    Metric(
        PROGRAM, "kept_amount", Kind.AMOUNT, KEPT_AMOUNT, Role.VALUE, _("Kept GMV"),
        _("What the units of withdrawn requests were paid, less those a second request took back after all."),
    ),
    Metric(
        PROGRAM, "cost", Kind.AMOUNT, COST, Role.COST, _("Goodwill and later price protection"),
        _("Goodwill for kept purchases, and price protection paid on them later."),
    ),
    Metric(PROGRAM, "touched", Kind.RATE, TOUCHED, Role.TOUCH, _("Card sent"), _("A card was sent to the buyer.")),
    Metric(PROGRAM, "accepted", Kind.RATE, ACCEPTED, Role.FUNNEL, _("Card accepted"), _("The buyer accepted a card.")),
    Metric(
        PROGRAM, "opted_out", Kind.RATE, OPTED_OUT, Role.GUARD, _("Opted out"),
        _("The buyer opted out of messages after the first eligible request."),
    ),
)  # fmt: skip
