"""Signatures after the Standard Webhooks specification (standardwebhooks.com, version 1).

The signed text is `id.timestamp.body`; a header carries one `v1,` signature per valid secret, so that a receiver can change over.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Sequence
from hashlib import sha256

PREFIX = "whsec_"
TOLERANCE = 300


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One `v1,…` signature: HMAC-SHA256 in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def headers(valid: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(secret, message_id, timestamp, body) for secret in valid),
    }


def verify(valid: Sequence[str], given: dict[str, str], body: bytes, *, now: float | None = None) -> bool:
    """Whether a delivery is signed with one of these secrets and at most five minutes old. For what comes in, and for tests."""
    try:
        timestamp = int(given["webhook-timestamp"])
        message_id, signatures = given["webhook-id"], given["webhook-signature"].split(" ")
    except (KeyError, ValueError):
        return False
    if abs((time.time() if now is None else now) - timestamp) > TOLERANCE:
        return False
    wanted = [sign(secret, message_id, timestamp, body) for secret in valid]
    return any(hmac.compare_digest(given_one.encode(), right.encode()) for given_one in signatures for right in wanted)
