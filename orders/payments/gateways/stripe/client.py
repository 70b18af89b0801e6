"""What we ask of Stripe: a Checkout session per payment, a refund per payment back. Our numbers are the idempotency keys."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from orders.payments.gateways import http
from orders.payments.gateways.protocol import GatewayRefused, Known, Notice, Opened, Reply, Request, Result, Return
from orders.payments.gateways.stripe import callback, config


class Stripe:
    name, label, text, icon = config.NAME, config.LABEL, config.TEXT, config.ICON
    is_offline, minutes = False, config.MINUTES

    def __init__(self, call: http.Call = http.call) -> None:
        self.call = call

    def currencies(self) -> tuple[str, ...]:
        if not (config.secret_key() and config.webhook_secrets()):
            return ()
        return tuple(code for code in settings.PAYMENT_CURRENCIES if code in config.CURRENCIES)

    def open(self, request: Request) -> Opened:
        fields = {
            "mode": "payment",
            "client_reference_id": request.reference,
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "expires_at": str(int(request.expires_at.timestamp())),
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": request.currency.lower(),
            "line_items[0][price_data][unit_amount]": str(request.amount),
            "line_items[0][price_data][product_data][name]": request.title,
            "metadata[reference]": request.reference,
            "payment_intent_data[metadata][reference]": request.reference,
        }
        session = self._ask("POST", "/v1/checkout/sessions", fields, key=request.reference)
        return Opened(url=str(session["url"]), session=str(session["id"]))

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        return callback.read(headers, body, at)

    def reply(self, *, accepted: bool) -> Reply:
        return Reply(200 if accepted else 500, "{}", "application/json")

    def lookup(self, known: Known) -> Notice:
        if not known.session:
            return Notice(f"lookup:{known.reference}", known.reference, Result.ABSENT)
        session = self._ask("GET", f"/v1/checkout/sessions/{known.session}")
        return callback.session_notice(f"lookup:{session['id']}:{session['payment_status']}:{session['status']}", session)

    def send_back(self, wanted: Return) -> Notice:
        fields = {
            "payment_intent": wanted.transaction,
            "amount": str(wanted.amount),
            "metadata[request_id]": wanted.request_id,
        }
        try:
            refund = self._ask("POST", "/v1/refunds", fields, key=wanted.request_id)
        except GatewayRefused as error:
            event = f"refund:{wanted.request_id}:refused"
            return Notice(
                event, wanted.request_id, Result.NOT_RETURNED, "", wanted.amount, wanted.currency, wanted.at, str(error)
            )
        return callback.refund_notice(f"refund:{refund['id']}:{refund['status']}", refund)

    def lookup_return(self, wanted: Return) -> Notice:
        """Refunds of the payment, ours among them when it arrived."""
        found = self._ask("GET", f"/v1/refunds?{urlencode({'payment_intent': wanted.transaction, 'limit': 100})}")
        for refund in found["data"]:
            if (refund.get("metadata") or {}).get("request_id") == wanted.request_id:
                return callback.refund_notice(f"refund:{refund['id']}:{refund['status']}", refund)
        return Notice(f"refund:{wanted.request_id}:absent", wanted.request_id, Result.ABSENT)

    def _ask(self, method: str, path: str, fields: Mapping[str, str] | None = None, key: str = "") -> dict[str, Any]:
        """Raises GatewayRefused for a no, GatewayTimeout for everything that may be tried again."""
        headers = {"Authorization": f"Bearer {config.secret_key()}", "Stripe-Version": config.VERSION}
        if fields is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": key}
        answer = self.call(method, config.API + path, urlencode(fields or {}).encode(), headers)
        try:
            found: dict[str, Any] = json.loads(answer.body)
        except ValueError as error:
            raise http.no_answer() from error
        if answer.status < 300:
            return found
        # 409: the same key is being worked on; 429: too many requests; 401, 403: our own key, which a person has to mend
        if answer.status >= 500 or answer.status in (401, 403, 409, 429):
            raise http.no_answer()
        raise GatewayRefused("declined")


def gateway() -> Stripe:
    return Stripe()
