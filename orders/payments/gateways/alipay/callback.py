"""Alipay's callbacks: form posts. A refund repeats the payment's own state with the amount sent back, which is nothing new."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from marketplace.kernel.money import BadAmount, parse_minor
from orders.payments.gateways.alipay import config, signing
from orders.payments.gateways.protocol import BadNotice, Notice, Result

STATES = {"TRADE_SUCCESS": Result.PAID, "TRADE_FINISHED": Result.PAID, "TRADE_CLOSED": Result.FAILED}


def read(headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
    """Raises BadSignature, BadNotice. The form has no time that could be checked: what arrives again changes nothing."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=100)
    except ValueError as error:
        raise BadNotice(str(error)) from error
    values = dict(pairs)
    if len(values) != len(pairs):
        raise BadNotice("a name occurs twice")
    signing.check_callback(values)
    if values.get("app_id") != config.value("app_id") or values.get("seller_id") != config.value("seller_id"):
        raise BadNotice("another merchant's")
    return notice(values.get("notify_id", ""), values)


def notice(event_id: str, told: Mapping[str, str]) -> Notice:
    """A payment as callbacks and look-ups tell it. Raises BadNotice.

    TRADE_CLOSED also follows a payment that was sent back in full; then it carries `refund_fee` and says nothing new.
    """
    result = STATES.get(told.get("trade_status", ""), Result.PENDING)
    if told.get("refund_fee") or told.get("gmt_refund"):
        result = Result.OTHER
    try:
        reference, transaction = told["out_trade_no"], told["trade_no"]
        amount = parse_minor(told["total_amount"], "CNY")
    except (KeyError, BadAmount) as error:
        raise BadNotice(str(error)) from error
    return Notice(
        event_id=event_id or f"{transaction}:{told.get('trade_status')}", reference=reference, result=result,
        transaction=transaction, amount=amount, currency="CNY", occurred_at=_moment(told.get("gmt_payment", "")),
        detail="abandoned" if result is Result.FAILED else "", payer=told.get("buyer_logon_id", "")[:120],
    )  # fmt: skip


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, config.TIME).replace(tzinfo=config.ZONE)
    except ValueError:
        return None
