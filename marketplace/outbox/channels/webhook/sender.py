"""Signed POSTs to the merchant's own systems. 2xx: accepted; 410: refused for good; the rest is tried again."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from marketplace.kernel.sealing import unseal
from marketplace.outbox.channels import Letter, Outcome, Result, Settings
from marketplace.outbox.channels.guarded_http import Refused, Reply, Unreachable, post
from marketplace.outbox.channels.webhook.signing import headers
from marketplace.outbox.models import Endpoint
from marketplace.tenancy.scope import scope

PURPOSE = "webhook"


class WebhookSender:
    """Sends letters to the endpoint each is addressed to."""

    def __init__(self, merchant_id: int) -> None:
        self.merchant_id = merchant_id

    def send(self, letter: Letter) -> Result:
        with scope(self.merchant_id):
            endpoint = Endpoint.objects.filter(merchant_id=self.merchant_id, pk=int(letter.to), is_active=True).first()
        if endpoint is None:
            return Result(Outcome.REFUSED, "the endpoint was switched off")
        return deliver(endpoint, letter.stable_id, body_of(letter))


def body_of(letter: Letter) -> bytes:
    """`{"type", "timestamp", "data"}`, as the specification recommends; the timestamp is when it became due."""
    document = {
        "type": letter.message.kind,
        "timestamp": letter.message.run_at.isoformat().replace("+00:00", "Z"),
        "data": dict(letter.payload),
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def deliver(endpoint: Endpoint, message_id: str, body: bytes) -> Result:
    """One signed POST."""
    signed = headers(secrets_of(endpoint), message_id, int(time.time()), body)
    try:
        reply = post(endpoint.url, body, {"Content-Type": "application/json", "User-Agent": "Shangban-Webhooks/1", **signed})
    except Refused as error:
        return Result(Outcome.REFUSED, str(error))
    except Unreachable as error:
        return Result(Outcome.RETRY, str(error))
    return judged(reply)


def secrets_of(endpoint: Endpoint) -> list[str]:
    """The secrets that sign now: the newest, and the one before while it is being replaced."""
    found = [unseal(endpoint.secret_cipher, merchant_id=endpoint.merchant_id, purpose=PURPOSE)]
    if endpoint.previous_cipher and endpoint.previous_until and endpoint.previous_until > timezone.now():
        found.append(unseal(endpoint.previous_cipher, merchant_id=endpoint.merchant_id, purpose=PURPOSE))
    return found


def judged(reply: Reply) -> Result:
    """What a status means."""
    detail = f"HTTP {reply.status}"
    if 200 <= reply.status < 300:
        return Result(Outcome.SENT, detail)
    if reply.status == 410:
        return Result(Outcome.REFUSED, detail)
    asked = reply.headers.get("retry-after", "")
    return Result(Outcome.RETRY, detail, retry_after=min(float(asked), 86_400.0) if asked.isascii() and asked.isdigit() else None)


@contextmanager
def open_sender(merchant_id: int, settings: Settings) -> Iterator[WebhookSender]:
    yield WebhookSender(merchant_id)
