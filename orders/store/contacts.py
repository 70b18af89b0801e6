"""Buyers' contacts: encrypted at rest, looked up by a per-merchant HMAC.

Keys come from CONTACT_KEYS (base64 or any text, newest first): the first encrypts and hashes, all decrypt and are tried when
somebody is looked up. A key is rotated by putting a new one in front and running `rotate_contact_keys`.
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
    return opened(sealed, merchant_id=merchant_id)[0]


def opened(sealed: bytes, *, merchant_id: int) -> tuple[str, bool]:
    """The contact in clear, and whether the newest key closed it. Raises UnreadableContact."""
    for number, cipher in enumerate(_ciphers(tuple(settings.CONTACT_KEYS))):
        try:
            clear = cipher.decrypt(bytes(sealed[:12]), bytes(sealed[12:]), str(merchant_id).encode()).decode()
        except InvalidTag:
            continue
        return clear, number == 0
    raise UnreadableContact


def lookup_hash(contact: str, *, merchant_id: int) -> str:
    """What a contact is stored under, to be found by, within one merchant."""
    return lookup_hashes(contact, merchant_id=merchant_id)[0]


def lookup_hashes(contact: str, *, merchant_id: int) -> list[str]:
    """What a contact may be stored under: by the newest key, or by an older one until keys are rotated."""
    return [_hash(contact, key, merchant_id) for key in settings.CONTACT_KEYS]


def _hash(contact: str, secret: str, merchant_id: int) -> str:
    key = hashlib.sha256(b"lookup:" + secret.encode()).digest()
    return hmac.new(key, f"{merchant_id}:{normalise(contact)}".encode(), hashlib.sha256).hexdigest()
