"""Stripe's webhooks: `Stripe-Signature: t=…,v1=…`, HMAC-SHA256 over time and body.

A session that completed may not be paid yet (bank debits); `payment_status` says. A payment's transaction is its payment intent,
which refunds and disputes name as well.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from orders.payments.gateways.protocol import BadNotice, BadSignature, Notice, Result
from orders.payments.gateways.stripe import config

HEADER = "stripe-signature"
REFUNDS = {"succeeded": Result.RETURNED, "failed": Result.NOT_RETURNED, "canceled": Result.NOT_RETURNED}


def read(headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
    """Raises BadSignature, BadNotice."""
    check(headers.get(HEADER, ""), body, config.webhook_secrets(), at)
    try:
        event = json.loads(body)
        return _notice(event, event["data"]["object"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadNotice(str(error)) from error


def check(header: str, body: bytes, secrets: Sequence[str], at: datetime) -> None:
    """Any signature of any of our secrets will do. Raises BadSignature."""
    pairs = [part.strip().partition("=")[::2] for part in header.split(",")]
    moment = next((value for name, value in pairs if name == "t"), "")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        raise BadSignature("no time")
    if abs(at.timestamp() - int(moment)) > config.TOLERANCE:
        raise BadSignature("the time is too far away")
    given = [value for name, value in pairs if name == "v1"]
    expected = [hmac.new(s.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest() for s in secrets if s]
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected):
        raise BadSignature("signed by nobody we know")


def _notice(event: dict[str, Any], thing: dict[str, Any]) -> Notice:
    kind, event_id = str(event["type"]), str(event["id"])
    if kind.startswith("checkout.session."):
        return session_notice(event_id, thing, has_failed=kind.endswith("async_payment_failed"))
    if kind in ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"):
        return refund_notice(event_id, thing)
    if kind == "charge.dispute.created":
        reference = str((thing.get("metadata") or {}).get("reference", ""))
        return Notice(
            event_id, reference, Result.TAKEN_BACK, str(thing.get("payment_intent") or ""), int(thing["amount"]),
            str(thing["currency"]).upper(), _moment(thing), str(thing.get("reason", ""))[:200],
        )  # fmt: skip
    return Notice(event_id, "", Result.OTHER)


def session_notice(event_id: str, session: Mapping[str, Any], *, has_failed: bool = False) -> Notice:
    """What a session says about its payment."""
    if session.get("payment_status") == "paid":
        result = Result.PAID
    elif has_failed or session.get("status") == "expired":
        result = Result.FAILED
    else:
        result = Result.PENDING
    details = session.get("customer_details") or {}
    return Notice(
        event_id=event_id, reference=str(session["client_reference_id"]), result=result,
        transaction=str(session.get("payment_intent") or session["id"]), amount=int(session["amount_total"]),
        currency=str(session["currency"]).upper(), occurred_at=_moment(session),
        detail="" if result is not Result.FAILED else "declined" if has_failed else "abandoned",
        payer=str(details.get("name") or "")[:120],
    )  # fmt: skip


def refund_notice(event_id: str, refund: Mapping[str, Any]) -> Notice:
    """What became of money sent back; our request number travels in the metadata."""
    reference = str((refund.get("metadata") or {}).get("request_id", ""))
    result = REFUNDS.get(str(refund["status"]), Result.PENDING)
    reason = str(refund.get("failure_reason") or "")
    return Notice(
        event_id, reference, result, str(refund["id"]), int(refund["amount"]), str(refund["currency"]).upper(), _moment(refund),
        "account_closed" if reason in ("lost_or_stolen_card", "expired_or_canceled_card") else reason,
    )  # fmt: skip


def _moment(thing: Mapping[str, Any]) -> datetime | None:
    created = thing.get("created")
    return datetime.fromtimestamp(int(created), UTC) if created else None
