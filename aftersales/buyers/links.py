"""Links for buyers, who have no account: signed, expiring, good for one purpose.

A link is not a row: it is computed where a message is rendered, and carries who it is for. Its first part is five numbers
(purpose, merchant, subject, buyer, expiry) as variable-length integers, its second a 128-bit HMAC-SHA256 of them: about 40
characters, short enough for an SMS. That a link was *used* is a row (`LinkUse`).
"""

import base64
import binascii
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256

from django.conf import settings

TAG_BYTES = 16
#: Longer than any link of ours; what is longer is not looked at.
MAX_LENGTH = 120


class Purpose(IntEnum):
    """What a link is for. The numbers are part of every link sent: they are never reused."""

    PRICE_PROTECTION = 1
    PRESALE = 2
    RETENTION = 3
    OPT_OUT = 4
    REFUND = 5


class BadLink(Exception):
    """Altered, cut off, foreign or expired: the difference is nobody's business."""


@dataclass(frozen=True)
class Link:
    """What a link says. `subject_id` is an order, a retention case (retention) or the buyer (opting out)."""

    purpose: Purpose
    merchant_id: int
    subject_id: int
    buyer_id: int
    expires_at: datetime

    @property
    def token(self) -> str:
        """The link's last part. The same facts give the same token."""
        facts = (self.purpose, self.merchant_id, self.subject_id, self.buyer_id, int(self.expires_at.timestamp()))
        payload = b"".join(_written(number) for number in facts)
        return base64.urlsafe_b64encode(payload + _tag(payload, settings.SECRET_KEY)).rstrip(b"=").decode()

    @property
    def digest(self) -> str:
        """What the use of this link is recorded under."""
        return sha256(self.token.encode()).hexdigest()


def link_to(*, merchant_id: int, purpose: Purpose | str, subject_id: int, buyer_id: int, expires_at: datetime) -> str:
    """The absolute address of a buyer's page. `purpose` also by name: price_protection, presale, retention, opt_out."""
    chosen = Purpose[purpose.upper()] if isinstance(purpose, str) else purpose
    link = Link(chosen, merchant_id, subject_id, buyer_id, expires_at)
    return f"{settings.PUBLIC_URL.rstrip('/')}/b/{link.token}/"


def read_link(token: str, *, at: datetime) -> Link:
    """The link of this token, as of a moment. Raises BadLink."""
    raw = _decoded(token)
    payload, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not payload or not any(hmac.compare_digest(tag, _tag(payload, key)) for key in keys):
        raise BadLink
    purpose, merchant, subject, buyer, expiry = _numbers(payload)
    expires_at = datetime.fromtimestamp(expiry, tz=UTC)
    if expires_at <= at:
        raise BadLink
    return Link(Purpose(purpose), merchant, subject, buyer, expires_at)


def _tag(payload: bytes, key: str | bytes) -> bytes:
    raw = key.encode() if isinstance(key, str) else key
    return hmac.new(sha256(b"buyer-link:" + raw).digest(), payload, sha256).digest()[:TAG_BYTES]


def _decoded(token: str) -> bytes:
    """The bytes of a token; only the one spelling we write is accepted. Raises BadLink."""
    if len(token) > MAX_LENGTH or not token.isascii():
        raise BadLink
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadLink from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise BadLink
    return raw


def _written(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the top bit says that more follow (LEB128)."""
    found = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def _numbers(payload: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in payload:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number = shift = 0
