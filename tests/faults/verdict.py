"""What must be true when everything has come to rest. Each rule is a query of what breaks it."""

from typing import Any

from tests import cast
from tests.engine import doors
from tests.faults.stage import NOW_COSTS, PAID, Size

#: Work that is not finished: the run is over when there is none.
UNREST = {
    "runs": "SELECT count(*) FROM aftersales_programrun WHERE state IN ('waiting', 'running')",
    "claims to make": """SELECT count(*) FROM store_shoporder o WHERE o.external_ref LIKE 'P%%' AND NOT EXISTS
        (SELECT 1 FROM aftersales_claim c WHERE c.merchant_id = o.merchant_id AND c.order_id = o.id AND c.sequence > 0)""",
    "payouts": "SELECT count(*) FROM aftersales_payout WHERE state NOT IN ('paid', 'failed')",
    "messages": "SELECT count(*) FROM outbox_message WHERE state = 'running' OR (state = 'ready' AND run_at <= now())",
    "requests": """SELECT count(*) FROM store_refundrequest r WHERE r.external_ref LIKE 'Q%%' AND NOT EXISTS
        (SELECT 1 FROM refund_retention_retentioncase c WHERE c.merchant_id = r.merchant_id AND c.request_id = r.id)""",
    "touches to plan": "SELECT count(*) FROM presale_balance_enrolment WHERE next_due_at <= now() - interval '1 minute'",
}
#: Rows that must not exist.
BROKEN = {
    "a claim doubled": """SELECT line_id, count(*) FROM aftersales_claim WHERE program = 'price_protection' AND sequence > 0
        GROUP BY 1 HAVING count(*) > 1""",
    "a payment without its payout": doors.PAID_WITHOUT_REASON,
    "a claim not paid exactly once": """SELECT c.id, count(s.id) FROM aftersales_claim c
        JOIN aftersales_payout p ON p.merchant_id = c.merchant_id AND p.claim_id = c.id
        LEFT JOIN aftersales_sandboxpayment s ON s.merchant_id = c.merchant_id AND s.request_id = p.request_id
        GROUP BY c.id HAVING count(s.id) <> count(*) FILTER (WHERE p.state = 'paid')
            OR count(*) FILTER (WHERE p.state <> 'failed') > 1 OR coalesce(sum(s.amount), 0) > min(c.amount)""",
    "a claim reserved without payout": """SELECT c.id FROM aftersales_claim c WHERE c.state = 'reserved' AND c.amount > 0
        AND NOT EXISTS (SELECT 1 FROM aftersales_payout p WHERE p.merchant_id = c.merchant_id AND p.claim_id = c.id)""",
    "books that do not balance": "SELECT currency, sum(amount) FROM ledger_ledgerentry GROUP BY 1 HAVING sum(amount) <> 0",
    "a balance that is not its entries": doors.BALANCE_OFF,
    "an account below its floor": "SELECT code, balance FROM ledger_ledgeraccount WHERE floor IS NOT NULL AND balance < floor",
    "an order refunded above what was paid": """SELECT o.id FROM store_shoporder o
        JOIN aftersales_claim c ON c.merchant_id = o.merchant_id AND c.order_id = o.id AND c.state <> 'refused'
        GROUP BY o.id, o.captured_amount, o.refunded_amount HAVING sum(c.amount) > o.captured_amount - o.refunded_amount""",
    "a touch of the control group": """SELECT t.id FROM presale_balance_touch t JOIN presale_balance_enrolment e
        ON e.merchant_id = t.merchant_id AND e.id = t.enrolment_id WHERE e.arm = 'holdout'""",
    "a step touched twice": """SELECT enrolment_id, step FROM presale_balance_touch WHERE state IN ('sent', 'included')
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "a touch whose message is missing": """SELECT t.id FROM presale_balance_touch t WHERE t.message_key <> '' AND NOT EXISTS
        (SELECT 1 FROM outbox_message m WHERE m.merchant_id = t.merchant_id AND m.effect_key = t.message_key)""",
    "a presale without its enrolment": """SELECT o.id FROM store_shoporder o WHERE o.external_ref LIKE 'S%%'
        AND o.balance_paid_at IS NULL AND NOT EXISTS
        (SELECT 1 FROM presale_balance_enrolment e WHERE e.merchant_id = o.merchant_id AND e.order_id = o.id)""",
    "a case answered and held": """SELECT id FROM refund_retention_retentioncase
        WHERE answer <> '' AND state IN ('offered', 'sent')""",
    "a hold beyond its deadline": "SELECT id FROM refund_retention_retentioncase WHERE hold_until > deadline_at",
    "a request with two cases": "SELECT request_id FROM refund_retention_retentioncase GROUP BY 1 HAVING count(*) > 1",
    "goodwill for a request that was not withdrawn": """SELECT c.id FROM refund_retention_retentioncase c
        JOIN store_refundrequest r ON r.merchant_id = c.merchant_id AND r.id = c.request_id
        WHERE c.claim_id IS NOT NULL AND r.outcome <> 'withdrawn'""",
    "a sent message without an accepted attempt": """SELECT m.id FROM outbox_message m WHERE m.state = 'sent'
        AND m.channel = 'email' AND NOT EXISTS (SELECT 1 FROM outbox_deliveryattempt a
          WHERE a.merchant_id = m.merchant_id AND a.message_id = m.id AND a.outcome = 'sent')""",
    "a message without an end or a time to come": """SELECT id FROM outbox_message
        WHERE state IN ('sent', 'dropped', 'dead') AND closed_at IS NULL""",
}


def unrest(shop: cast.Merchant) -> dict[str, int]:
    """What is still to be done."""
    found = {name: int(doors.one(shop, statement)) for name, statement in UNREST.items()}
    return {name: count for name, count in found.items() if count}


def broken(shop: cast.Merchant, size: Size) -> dict[str, Any]:
    """Every rule that does not hold, with the first rows that break it."""
    found = {name: rows[:5] for name, statement in BROKEN.items() if (rows := doors.rows(shop, statement))}
    owed = doors.rows(
        shop,
        "SELECT count(*), coalesce(sum(amount), 0) FROM aftersales_claim WHERE program = 'price_protection' AND sequence > 0",
    )[0]
    if owed != (size.protected, size.protected * (PAID - NOW_COSTS)):
        found["claims are not those that are owed"] = owed
    return found


def letters(shop: cast.Merchant, taken: dict[str, int]) -> dict[str, int]:
    """Messages against the mail server's memory: lost must be 0; doubled ones carry one id and came from a crash in between."""
    sent = {number for (number,) in doors.rows(shop, "SELECT id FROM outbox_message WHERE state = 'sent' AND channel = 'email'")}
    known = {_number(name): count for name, count in taken.items()}
    open_ones = {
        number for (number,) in doors.rows(shop, "SELECT id FROM outbox_message WHERE channel = 'email' AND state <> 'sent'")
    }
    return {
        "sent": len(sent),
        "lost": len(sent - set(known)),
        "came twice": sum(1 for count in known.values() if count > 1),
        "came without a message": len(set(known) - sent - open_ones),
        "came and not noted": len(set(known) & open_ones),
    }


def _number(name: str) -> int:
    """The message's number in its Message-ID, which ends the part before the @."""
    digits = "".join(ch if ch.isdigit() else " " for ch in name.partition("@")[0]).split()
    return int(digits[-1]) if digits else -1
