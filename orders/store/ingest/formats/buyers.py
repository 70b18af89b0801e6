"""What a record says of its buyer: sealed contacts, language, consent."""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_supported_language_variant

from orders.store.contacts import encrypt, lookup_hash, normalise

EMAIL = re.compile(r"[^@\s*]{1,64}@[^@\s*]{1,185}\.[^@\s*.]{2,63}")
PHONE = re.compile(r"\+?[0-9]{5,15}")
NOT_DIALLED = re.compile(r"[\s().\-–/]")
#: Contact columns, the more specific ones last: they win over `contact`, which can be either.
LONGEST = 254
COLUMNS = ("contact", "email", "phone")


def contacts(record: Mapping[str, str], merchant_id: int) -> dict[str, Any]:
    """Cipher and look-up hash of the buyer's e-mail address and phone number.

    What cannot be written to (a number masked by the platform, an address without a domain) is left out, not refused: the
    order is as good without it.
    """
    found: dict[str, Any] = {}
    for name in COLUMNS:
        if 0 < len(text := record.get(name, "")) <= LONGEST:
            found |= _sealed(text, name, merchant_id)
    return found


@lru_cache(maxsize=8192)
def _sealed(text: str, name: str, merchant_id: int) -> dict[str, str]:
    if name != "phone" and EMAIL.fullmatch(text):
        kind = "contact"
    elif name != "email" and PHONE.fullmatch(NOT_DIALLED.sub("", text)):
        kind, text = "phone", normalise(text)
    else:
        return {}
    cipher = base64.b64encode(encrypt(text, merchant_id=merchant_id)).decode()
    return {f"{kind}_cipher": cipher, f"{kind}_hash": lookup_hash(text, merchant_id=merchant_id)}


@lru_cache(maxsize=256)
def language(text: str) -> str:
    """The language of the site that comes closest ("zh-CN" → "zh-hans"); empty, the shop's, when none does."""
    try:
        return get_supported_language_variant(text.replace("_", "-").lower())
    except LookupError:
        return ""
