"""SMS over HTTP. The contract, for an adapter in front of any provider (docs/delivery.md):

    POST <endpoint>
    Authorization: Bearer <key>
    Idempotency-Key: msg_7_12345        the same on every attempt; the service sends each key once
    {"to": "+8613800000000", "text": "…", "sender": "…", "id": "msg_7_12345"}

2xx with an optional {"id": "…"}: accepted. 400, 404, 422: refused for good; with {"code": "unknown_number"} the number is
suppressed. 409: this key was accepted before. Anything else, and no answer: tried again.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings as site

from marketplace.outbox.addresses import hint
from marketplace.outbox.channels import ChannelOff, Letter, Outcome, Result, Sender, Settings
from marketplace.outbox.channels.guarded_http import Refused, Reply, Unreachable, post
from marketplace.outbox.channels.sms.segments import measure
from marketplace.outbox.models import SandboxSms
from marketplace.tenancy.scope import scope

FOR_GOOD = frozenset({400, 404, 422})


class HttpSms:
    """Hands letters to the merchant's SMS service."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def send(self, letter: Letter) -> Result:
        document = {
            "to": letter.to,
            "text": letter.body,
            "sender": self.settings.config.get("sender", ""),
            "id": letter.stable_id,
        }
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.settings.secret}",
            "Idempotency-Key": letter.stable_id,
        }
        try:
            reply = post(self.settings.config["endpoint"], json.dumps(document, ensure_ascii=False).encode(), headers)
        except Refused as error:
            return Result(Outcome.REFUSED, str(error))
        except Unreachable as error:
            return Result(Outcome.RETRY, str(error))
        return judged(reply)


def judged(reply: Reply) -> Result:
    """What an answer of the service means."""
    answer = _document(reply.body)
    detail = f"HTTP {reply.status} {answer.get('code', '')}".strip()[:300]
    if 200 <= reply.status < 300 or reply.status == 409:
        return Result(Outcome.SENT, detail, reference=str(answer.get("id", ""))[:200])
    if reply.status in FOR_GOOD:
        return Result(Outcome.BOUNCED if answer.get("code") == "unknown_number" else Outcome.REFUSED, detail)
    asked = reply.headers.get("retry-after", "")
    return Result(Outcome.RETRY, detail, retry_after=min(float(asked), 86_400.0) if asked.isascii() and asked.isdigit() else None)


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class SandboxSender:
    """Records instead of sending, as a service would: each key once."""

    def __init__(self, merchant_id: int) -> None:
        self.merchant_id = merchant_id

    def send(self, letter: Letter) -> Result:
        with scope(self.merchant_id):
            SandboxSms.objects.bulk_create(
                [
                    SandboxSms(
                        merchant_id=self.merchant_id,
                        idempotency_key=letter.stable_id,
                        address_hint=hint(letter.to),
                        text=letter.body,
                        segments=measure(letter.body).segments,
                    )
                ],
                ignore_conflicts=True,
            )
        return Result(Outcome.SENT, "sandbox", reference=letter.stable_id)


@contextmanager
def open_sender(merchant_id: int, settings: Settings) -> Iterator[Sender]:
    if settings.config.get("endpoint"):
        yield HttpSms(settings)
    elif site.PRODUCTION:
        raise ChannelOff("no SMS service is set")
    else:
        yield SandboxSender(merchant_id)
