"""Buyers' contacts: encrypted at rest, looked up by a per-merchant HMAC.

Keys come from CONTACT_KEYS (base64 or any text, newest first): the first encrypts, all decrypt, so a key is rotated by
putting a new one in front. The HMAC key is derived from the *last* key, which therefore stays until look-ups are re-hashed.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class UnreadableContact(Exception):
    """No configured key opens this contact."""


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> tuple[AESGCM, ...]:
    return tuple(AESGCM(hashlib.sha256(b"contact:" + key.encode()).digest()) for key in keys)


def normalise(contact: str) -> str:
    """One spelling per contact: lower case, no blanks; a phone number keeps its digits and leading plus."""
    text = "".join(contact.split()).lower()
    if "@" in text:
        return text
    return ("+" if text.startswith("+") else "") + "".join(ch for ch in text if ch.isdigit())


def encrypt(contact: str, *, merchant_id: int) -> bytes:
    """Nonce plus AES-GCM ciphertext, bound to the merchant: it cannot be moved to another tenant's row."""
    nonce = os.urandom(12)
    return nonce + _ciphers(tuple(settings.CONTACT_KEYS))[0].encrypt(nonce, contact.encode(), str(merchant_id).encode())


def decrypt(sealed: bytes, *, merchant_id: int) -> str:
    """The contact in clear. Raises UnreadableContact when no key fits or the row belongs to another merchant."""
    for cipher in _ciphers(tuple(settings.CONTACT_KEYS)):
        try:
            return cipher.decrypt(bytes(sealed[:12]), bytes(sealed[12:]), str(merchant_id).encode()).decode()
        except InvalidTag:
            continue
    raise UnreadableContact


def lookup_hash(contact: str, *, merchant_id: int) -> str:
    """What a contact is found by within one merchant."""
    key = hashlib.sha256(b"lookup:" + settings.CONTACT_KEYS[-1].encode()).digest()
    return hmac.new(key, f"{merchant_id}:{normalise(contact)}".encode(), hashlib.sha256).hexdigest()
