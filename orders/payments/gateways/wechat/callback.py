"""WeChat Pay's callbacks: payments and refunds."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orders.payments.gateways.protocol import BadNotice, Notice, Result
from orders.payments.gateways.wechat import config, signing

PAYMENTS = {
    "SUCCESS": Result.PAID, "REFUND": Result.PAID, "CLOSED": Result.FAILED, "REVOKED": Result.FAILED, "PAYERROR": Result.FAILED,
}  # fmt: skip
REFUNDS = {"SUCCESS": Result.RETURNED, "CLOSED": Result.NOT_RETURNED}


def read(headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
    """Raises BadSignature, BadNotice."""
    signing.check(headers, body, at)
    try:
        event = json.loads(body)
        inside = json.loads(signing.opened(event["resource"]))
        kind, event_id = str(event["event_type"]), str(event["id"])
        if kind.startswith("TRANSACTION."):
            return payment_notice(event_id, inside)
        if kind.startswith("REFUND."):
            return refund_notice(event_id, inside, status=str(inside["refund_status"]))
        return Notice(event_id, "", Result.OTHER)
    except (ValueError, KeyError, TypeError) as error:
        raise BadNotice(str(error)) from error


def payment_notice(event_id: str, told: Mapping[str, Any]) -> Notice:
    """A payment as callbacks and look-ups tell it. One of another merchant number is not ours. Raises BadNotice."""
    if told["mchid"] != config.value("mchid") or told["appid"] != config.value("appid"):
        raise BadNotice("another merchant's")
    result = PAYMENTS.get(str(told["trade_state"]), Result.PENDING)
    amount = told.get("amount") or {}
    return Notice(
        event_id=event_id, reference=str(told["out_trade_no"]), result=result, transaction=str(told.get("transaction_id", "")),
        amount=int(amount["total"]) if "total" in amount else None, currency=str(amount.get("currency", "CNY")),
        occurred_at=_moment(told.get("success_time")),
        detail={Result.FAILED: "declined"}.get(result, ""),
    )  # fmt: skip


def refund_notice(event_id: str, told: Mapping[str, Any], *, status: str) -> Notice:
    """ABNORMAL (the payer's account is gone) stays pending: WeChat asks a person to name another account."""
    amount = told["amount"]
    return Notice(
        event_id, str(told["out_refund_no"]), REFUNDS.get(status, Result.PENDING), str(told.get("refund_id", "")),
        int(amount["refund"]), str(amount.get("currency", "CNY")), _moment(told.get("success_time")),
        "declined" if status == "CLOSED" else "",
    )  # fmt: skip


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
