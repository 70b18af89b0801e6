"""What we ask of WeChat Pay v3. Our numbers are its order and refund numbers, so that nothing is paid or sent back twice."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from orders.payments.gateways import http
from orders.payments.gateways.protocol import (
    BadNotice,
    BadSignature,
    GatewayRefused,
    Known,
    Notice,
    Opened,
    Reply,
    Request,
    Result,
    Return,
)
from orders.payments.gateways.wechat import callback, config, signing


class WeChatPay:
    name, label, text, icon = config.NAME, config.LABEL, config.TEXT, config.ICON
    is_offline, minutes = False, config.MINUTES

    def __init__(self, call: http.Call = http.call) -> None:
        self.call = call

    def currencies(self) -> tuple[str, ...]:
        return ("CNY",) if config.is_set_up() and "CNY" in settings.PAYMENT_CURRENCIES else ()

    def open(self, request: Request) -> Opened:
        asked = {
            "appid": config.value("appid"),
            "mchid": config.value("mchid"),
            "description": request.title[:40],
            "out_trade_no": request.reference,
            "time_expire": request.expires_at.replace(microsecond=0).isoformat(),
            "notify_url": request.notify_url,
            "amount": {"total": request.amount, "currency": "CNY"},
        }
        found = self._ask("POST", "/v3/pay/transactions/native", asked, at=request.at)
        return Opened(code=str(found["code_url"]))

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        return callback.read(headers, body, at)

    def reply(self, *, accepted: bool) -> Reply:
        if accepted:
            return Reply(204)
        return Reply(500, json.dumps({"code": "FAIL", "message": "later"}), "application/json")

    def lookup(self, known: Known) -> Notice:
        target = f"/v3/pay/transactions/out-trade-no/{known.reference}?mchid={config.value('mchid')}"
        found = self._ask("GET", target, at=known.at, missing_is_none=True)
        if found is None:
            return Notice(f"lookup:{known.reference}", known.reference, Result.ABSENT)
        event = f"lookup:{known.reference}:{found.get('trade_state')}"
        try:
            return callback.payment_notice(event, found)
        except (BadNotice, KeyError, ValueError) as error:
            raise http.no_answer() from error

    def send_back(self, wanted: Return) -> Notice:
        asked = {
            "transaction_id": wanted.transaction,
            "out_refund_no": wanted.request_id,
            "notify_url": wanted.notify_url,
            "amount": {"refund": wanted.amount, "total": wanted.total, "currency": "CNY"},
        }
        try:
            found = self._ask("POST", "/v3/refund/domestic/refunds", asked, at=wanted.at)
        except GatewayRefused as error:
            event = f"refund:{wanted.request_id}:refused"
            return Notice(event, wanted.request_id, Result.NOT_RETURNED, "", wanted.amount, "CNY", wanted.at, str(error))
        return _refund(wanted, found or {})

    def lookup_return(self, wanted: Return) -> Notice:
        found = self._ask("GET", f"/v3/refund/domestic/refunds/{wanted.request_id}", at=wanted.at, missing_is_none=True)
        if found is None:
            return Notice(f"refund:{wanted.request_id}:absent", wanted.request_id, Result.ABSENT)
        return _refund(wanted, found)

    def _ask(
        self, method: str, target: str, asked: Mapping[str, Any] | None = None, *, at: datetime, missing_is_none: bool = False
    ) -> dict[str, Any] | Any:
        """Raises GatewayRefused for a no, GatewayTimeout for what may be tried again, an answer of unknown origin included."""
        body = json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode() if asked is not None else b""
        headers = {
            "Authorization": signing.authorization(method, target, body, at),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "shangban",
        }
        answer = self.call(method, config.API + target, body, headers)
        if answer.status == 404 and missing_is_none:
            return None
        if answer.status >= 500 or answer.status in (401, 403, 429):
            raise http.no_answer()
        if answer.status >= 300:
            raise GatewayRefused("declined")
        try:
            signing.check(answer.headers, answer.body, at)
            return json.loads(answer.body)
        except (BadSignature, ValueError) as error:
            raise http.no_answer() from error


def _refund(wanted: Return, found: Mapping[str, Any]) -> Notice:
    status = str(found.get("status", ""))
    return callback.refund_notice(f"refund:{wanted.request_id}:{status}", found, status=status)


def gateway() -> WeChatPay:
    return WeChatPay()
