"""The sandbox's callbacks: JSON, signed with a time and a shared key, as real companies do."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime

from orders.payments.gateways.protocol import BadNotice, BadSignature, Notice, Result
from orders.payments.gateways.sandbox import config

HEADER = "sandbox-signature"
TOLERANCE = 300


def signed(notice: Notice, at: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body as the sandbox sends them."""
    body = json.dumps(
        {
            "id": notice.event_id, "reference": notice.reference, "result": notice.result.value,
            "transaction": notice.transaction, "amount": notice.amount, "currency": notice.currency, "detail": notice.detail,
        },
        separators=(",", ":"),
    ).encode()  # fmt: skip
    moment = int(at.timestamp())
    return {HEADER: f"t={moment},v1={_sign(moment, body)}"}, body


def _sign(moment: int, body: bytes) -> str:
    return hmac.new(config.key(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()


def read(headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
    """Raises BadSignature, BadNotice."""
    parts = dict(part.partition("=")[::2] for part in headers.get(HEADER, "").split(","))
    moment = parts.get("t", "")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 12 or abs(at.timestamp() - int(moment)) > TOLERANCE:
        raise BadSignature("no time, or one that is too far away")
    if not hmac.compare_digest(parts.get("v1", "").encode(), _sign(int(moment), body).encode()):
        raise BadSignature("the signature is not the sandbox's")
    try:
        told = json.loads(body)
        return Notice(
            event_id=str(told["id"]), reference=str(told["reference"]), result=Result(told["result"]),
            transaction=str(told["transaction"]), amount=told["amount"], currency=str(told["currency"]), occurred_at=at,
            detail=str(told["detail"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise BadNotice(str(error)) from error
