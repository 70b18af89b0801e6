"""Secrets and addresses at rest: AES-GCM under CONTACT_KEYS, bound to a merchant and a purpose.

The keys are those of buyers' contacts (newest first: the first seals, all open), with a derivation of their own, so that nothing
sealed for one purpose can be opened as another.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unreadable(Exception):
    """No configured key opens this, or it belongs to another merchant or purpose."""


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"sealed:" + key.encode()).digest())


def _bound(merchant_id: int, purpose: str) -> bytes:
    return f"{merchant_id}:{purpose}".encode()


def seal(text: str, *, merchant_id: int, purpose: str) -> bytes:
    """Nonce plus ciphertext."""
    nonce = os.urandom(12)
    return nonce + _cipher(settings.CONTACT_KEYS[0]).encrypt(nonce, text.encode(), _bound(merchant_id, purpose))


def unseal(sealed: bytes | memoryview, *, merchant_id: int, purpose: str) -> str:
    """The text in clear. Raises Unreadable."""
    raw = bytes(sealed)
    for key in settings.CONTACT_KEYS:
        try:
            return _cipher(key).decrypt(raw[:12], raw[12:], _bound(merchant_id, purpose)).decode()
        except InvalidTag:
            continue
    raise Unreadable


def keyed_hash(text: str, *, merchant_id: int, purpose: str) -> str:
    """What a text is found by within one merchant. Follows the last key, which stays until look-ups are hashed anew."""
    key = hashlib.sha256(b"sealed-lookup:" + settings.CONTACT_KEYS[-1].encode()).digest()
    return hmac.new(key, f"{merchant_id}:{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
