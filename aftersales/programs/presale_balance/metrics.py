"""What presale reminders are judged by: facts per buyer, the same for both arms wherever they are compared."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aftersales.measurement.metrics import Kind, Metric, Role, register
from aftersales.programs.presale_balance.rules import PROGRAM

#: Orders of the experiment, taken up in the same way in both arms.
_ENROLLED = """
FROM presale_balance_enrolment e
JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = e.order_id
WHERE e.merchant_id = %(merchant)s AND e.experiment_id = %(experiment)s AND o.balance_paid_at IS NOT NULL
"""
# A balance that is paid back in full within the probation is not a success: the enrolment has ended as refunded.
PAID = f"""
SELECT e.buyer_id, o.balance_paid_at AS at, 1 AS value {_ENROLLED}
UNION ALL
SELECT e.buyer_id, greatest(e.changed_at, o.balance_paid_at), -1 {_ENROLLED} AND e.state = 'refunded'
"""
BALANCES = f"""
SELECT e.buyer_id, o.balance_paid_at AS at, coalesce(o.balance_amount, 0) AS value {_ENROLLED}
UNION ALL
SELECT e.buyer_id, greatest(e.changed_at, o.balance_paid_at), -coalesce(o.balance_amount, 0) {_ENROLLED} AND e.state = 'refunded'
"""
_TOUCHES = """
FROM presale_balance_touch t
JOIN presale_balance_enrolment e ON e.merchant_id = %(merchant)s AND e.id = t.enrolment_id AND e.experiment_id = %(experiment)s
"""
SENT = f"SELECT t.buyer_id, t.sent_at AS at, 1 AS value {_TOUCHES} WHERE t.merchant_id = %(merchant)s AND t.state = 'sent'"
# Several orders of a buyer share a message: it costs once.
COST = f"""
SELECT DISTINCT ON (t.message_key) t.buyer_id, t.sent_at AS at,
       coalesce((p.settings->>('cost_per_' || t.channel))::bigint, 0) AS value
{_TOUCHES}
JOIN aftersales_programpolicy p
  ON p.merchant_id = %(merchant)s AND p.program = '{PROGRAM}' AND p.version = t.policy_version
WHERE t.merchant_id = %(merchant)s AND t.state = 'sent' ORDER BY t.message_key, t.id
"""
OPTED_OUT = """
SELECT a.buyer_id, b.opted_out_at AS at, 1 AS value
FROM assigned a JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = a.buyer_id
WHERE b.opted_out_at > a.eligible_at
"""
LEFT_ALONE = f"""
SELECT t.buyer_id, min(t.due_at) AS at, t.reason {_TOUCHES}
WHERE t.merchant_id = %(merchant)s AND t.state = 'dropped' GROUP BY t.buyer_id, t.reason
"""
AFTER_PAID = f"""
SELECT t.buyer_id, t.sent_at AS at, 1 AS value {_TOUCHES}
WHERE t.merchant_id = %(merchant)s AND t.state = 'sent' AND e.balance_paid_at < t.sent_at
"""
#: Why an order or a touch got no reminder, in a merchant's words. Codes of the outbox have their own.
REASONS: dict[str, str | Promise] = {
    "paid_meanwhile": _("The balance was paid before the reminder left."),
    "cancelled": _("The order was cancelled."),
    "deposit_refunded": _("The deposit was refunded."),
    "opted_out": _("The buyer does not want messages."),
    "window_moved": _("The time to pay was moved; the reminder was planned anew."),
    "window_closed": _("The time to pay was over."),
    "late": _("Too late to be useful, for example after an outage."),
    "channel_full": _("More reminders than the channel could send before the quiet hours."),
    "overtaken": _("A later reminder was due at the same time."),
    "cap_reached": _("The buyer had as many reminders as the policy allows for this presale."),
    "price_dropped": _("The price fell below the presale price: price protection instead of a reminder."),
    "out_of_stock": _("Out of stock: the merchant has to act, not the buyer."),
    "no_address": _("The buyer can be reached on none of the policy's channels."),
    "no_buyer": _("The order names no buyer."),
    "not_due": _("No order of the message was due any more."),
    "not_included": _("The order was not due any more when its message left."),
    "undeliverable": _("The message could not be delivered."),
    "holdout": _("The buyer is in the control group."),
}


def register_metrics() -> None:
    """Called once, when the site starts."""

    def metric(name: str, kind: Kind, role: Role, sql: str, label: str | Promise, definition: str | Promise = "") -> Metric:
        return Metric(PROGRAM, name, kind, sql, role, label, definition)

    register(
        metric(
            "balance_paid", Kind.RATE, Role.SUCCESS, PAID, _("Balance paid"),
            _("Buyers who paid the balance of a presale order and did not get all of it back within the probation."),
        ),
        metric(
            "gmv", Kind.AMOUNT, Role.VALUE, BALANCES, _("Balances paid"),
            _("Balances paid, less those refunded in full within the probation."),
        ),
        metric("cost", Kind.AMOUNT, Role.COST, COST, _("Cost of messages"), _("Messages sent at the policy's cost per channel.")),
        metric("reminded", Kind.RATE, Role.TOUCH, SENT, _("Reminded"), _("A reminder was sent.")),
        metric("opt_out", Kind.RATE, Role.GUARD, OPTED_OUT, _("Opted out"), _("Buyers who opted out later.")),
        metric(
            "sent_after_paid", Kind.RATE, Role.WATCH, AFTER_PAID, _("Reminded after paying"),
            _("A reminder left although the balance had been paid before; must stay below 0.1 %."),
        ),
        metric(
            "left_alone", Kind.RATE, Role.SUPPRESSED, LEFT_ALONE, _("Not reminded"), _("Reminders that were not sent, by reason.")
        ),
    )  # fmt: skip
