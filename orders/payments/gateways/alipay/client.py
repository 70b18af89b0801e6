"""What we ask of Alipay: a signed address of its page, look-ups, refunds. Our numbers are its order and request numbers."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from marketplace.kernel.money import format_major
from orders.payments.gateways import http
from orders.payments.gateways.alipay import callback, config, signing
from orders.payments.gateways.protocol import (
    BadNotice,
    BadSignature,
    Known,
    Notice,
    Opened,
    Reply,
    Request,
    Result,
    Return,
)

#: "Our system is busy": the only refusals that are asked again.
BUSY = ("20000", "ACQ.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR")
NO_SUCH = ("ACQ.TRADE_NOT_EXIST", "TRADE_NOT_EXIST")


class Alipay:
    name, label, text, icon = config.NAME, config.LABEL, config.TEXT, config.ICON
    is_offline, minutes = False, config.MINUTES

    def __init__(self, call: http.Call = http.call) -> None:
        self.call = call

    def currencies(self) -> tuple[str, ...]:
        return ("CNY",) if config.is_set_up() and "CNY" in settings.PAYMENT_CURRENCIES else ()

    def open(self, request: Request) -> Opened:
        """Nothing is asked: the address itself is the request, and Alipay knows the payment once the payer opens it."""
        content = {
            "out_trade_no": request.reference,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "total_amount": format_major(request.amount, "CNY"),
            "subject": request.title,
            "time_expire": request.expires_at.astimezone(config.ZONE).strftime(config.TIME),
        }
        values = self._values("alipay.trade.page.pay", content, request.at)
        values |= {"notify_url": request.notify_url, "return_url": request.return_url}
        return Opened(url=f"{config.API}?{urlencode(signing.signed(values))}")

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        return callback.read(headers, body, at)

    def reply(self, *, accepted: bool) -> Reply:
        return Reply(200, "success" if accepted else "fail")

    def lookup(self, known: Known) -> Notice:
        found = self._ask("alipay.trade.query", {"out_trade_no": known.reference}, known.at)
        if found.get("code") != "10000":
            if found.get("sub_code") in NO_SUCH:
                return Notice(f"lookup:{known.reference}", known.reference, Result.ABSENT)
            raise http.no_answer()
        event = f"lookup:{known.reference}:{found.get('trade_status')}"
        try:
            return callback.notice(event, {name: str(value) for name, value in found.items()})
        except BadNotice as error:
            raise http.no_answer() from error

    def send_back(self, wanted: Return) -> Notice:
        """Alipay answers at once. `fund_change=N` says that this request number was carried out before."""
        content = {
            "trade_no": wanted.transaction,
            "refund_amount": format_major(wanted.amount, "CNY"),
            "out_request_no": wanted.request_id,
        }
        found = self._ask("alipay.trade.refund", content, wanted.at)
        if found.get("code") == "10000":
            # Whether money moved with this very call is told by the look-up; a repeated call changes nothing.
            return self.lookup_return(wanted) if found.get("fund_change") != "Y" else _returned(wanted, Result.RETURNED)
        return _returned(wanted, Result.NOT_RETURNED)

    def lookup_return(self, wanted: Return) -> Notice:
        content = {"trade_no": wanted.transaction, "out_request_no": wanted.request_id}
        found = self._ask("alipay.trade.fastpay.refund.query", content, wanted.at)
        if found.get("code") != "10000":
            if found.get("sub_code") in NO_SUCH:
                return _returned(wanted, Result.ABSENT)
            raise http.no_answer()
        done = found.get("refund_status") == "REFUND_SUCCESS"
        return _returned(wanted, Result.RETURNED if done else Result.ABSENT)

    def _values(self, method: str, content: Mapping[str, str], at: datetime) -> dict[str, str]:
        return {
            "app_id": config.value("app_id"),
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": at.astimezone(config.ZONE).strftime(config.TIME),
            "version": "1.0",
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        }

    def _ask(self, method: str, content: Mapping[str, str], at: datetime) -> dict[str, Any]:
        """The answer's own node, its signature checked. Raises GatewayTimeout for anything else."""
        body = urlencode(signing.signed(self._values(method, content, at))).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        answer = self.call("POST", config.API, body, headers)
        node = method.replace(".", "_") + "_response"
        try:
            text = answer.body.decode()
            told = json.loads(text)
            signing.check_answer(text, node, str(told["sign"]))
            found: dict[str, Any] = told[node]
        except (BadSignature, ValueError, KeyError, TypeError) as error:
            raise http.no_answer() from error
        if answer.status >= 500 or found.get("code") in BUSY or found.get("sub_code") in BUSY:
            raise http.no_answer()
        return found


def _returned(wanted: Return, result: Result) -> Notice:
    event = f"refund:{wanted.request_id}:{result}"
    number = wanted.request_id if result is Result.RETURNED else ""
    detail = "declined" if result is Result.NOT_RETURNED else ""
    return Notice(event, wanted.request_id, result, number, wanted.amount, "CNY", wanted.at, detail)


def gateway() -> Alipay:
    return Alipay()
