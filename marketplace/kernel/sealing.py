"""Secrets and addresses at rest: AES-GCM under CONTACT_KEYS, bound to a merchant and a purpose.

The keys are those of buyers' contacts (newest first: the first seals, all open), with a derivation of their own, so that nothing
sealed for one purpose can be opened as another.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unreadable(Exception):
    """No configured key opens this, or it belongs to another merchant or purpose."""


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"sealed:" + key.encode()).digest())


def _bound(merchant_id: int, purpose: str) -> bytes:
    return f"{merchant_id}:{purpose}".encode()


def seal_bytes(clear: bytes, *, merchant_id: int, purpose: str) -> bytes:
    """Nonce plus ciphertext."""
    nonce = os.urandom(12)
    return nonce + _cipher(settings.CONTACT_KEYS[0]).encrypt(nonce, clear, _bound(merchant_id, purpose))


def unseal_bytes(sealed: bytes | memoryview, *, merchant_id: int, purpose: str) -> bytes:
    """The bytes in clear. Raises Unreadable."""
    raw = bytes(sealed)
    for key in settings.CONTACT_KEYS:
        try:
            return _cipher(key).decrypt(raw[:12], raw[12:], _bound(merchant_id, purpose))
        except InvalidTag:
            continue
    raise Unreadable


def seal(text: str, *, merchant_id: int, purpose: str) -> bytes:
    """A text as nonce plus ciphertext."""
    return seal_bytes(text.encode(), merchant_id=merchant_id, purpose=purpose)


def unseal(sealed: bytes | memoryview, *, merchant_id: int, purpose: str) -> str:
    """The text in clear. Raises Unreadable."""
    return unseal_bytes(sealed, merchant_id=merchant_id, purpose=purpose).decode()


def sealed_chunks(clear: bytes, *, merchant_id: int, purpose: str, size: int = 256 * 1024) -> Iterator[bytes]:
    """A file in sealed pieces of `size` bytes. Each one's place, and which is the last, is part of its seal.

    So pieces that were reordered, dropped, cut off at the end or taken from another file do not open.
    """
    count = max(1, -(-len(clear) // size))
    for number in range(count):
        place = _place(purpose, number, is_last=number == count - 1)
        yield seal_bytes(clear[number * size : (number + 1) * size], merchant_id=merchant_id, purpose=place)


def unsealed_chunks(sealed: Iterable[bytes | memoryview], *, merchant_id: int, purpose: str) -> Iterator[bytes]:
    """The pieces in clear, in order. Raises Unreadable, also at the end of a file that was cut off."""
    waiting: bytes | memoryview | None = None
    number = 0
    for piece in sealed:
        if waiting is not None:
            yield unseal_bytes(waiting, merchant_id=merchant_id, purpose=_place(purpose, number, is_last=False))
            number += 1
        waiting = piece
    if waiting is None:
        raise Unreadable
    yield unseal_bytes(waiting, merchant_id=merchant_id, purpose=_place(purpose, number, is_last=True))


def _place(purpose: str, number: int, *, is_last: bool) -> str:
    return f"{purpose}#{number}{'.' if is_last else '+'}"


def keyed_hash(text: str, *, merchant_id: int, purpose: str) -> str:
    """What a text is found by within one merchant. Follows the last key, which stays until look-ups are hashed anew."""
    key = hashlib.sha256(b"sealed-lookup:" + settings.CONTACT_KEYS[-1].encode()).digest()
    return hmac.new(key, f"{merchant_id}:{purpose}:{text}".encode(), hashlib.sha256).hexdigest()
