"""E-mail addresses and phone numbers: one spelling each, what they are found by, and how they are shown to people."""

import re

from marketplace.kernel.sealing import keyed_hash

#: A mainland Chinese mobile number with or without its country code: providers send the one, shops store the other.
CHINESE_MOBILE = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})")
PURPOSE = "address"
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
PHONE = re.compile(r"\+?\d{5,15}")


def normalise(address: str) -> str:
    """One spelling per address: e-mail in lower case; a phone number's digits with a plus where it has a country code."""
    text = "".join(address.split()).lower()
    if "@" in text:
        return text
    digits = ("+" if text.startswith("+") else "") + "".join(ch for ch in text if ch in "0123456789")
    chinese = CHINESE_MOBILE.fullmatch(digits)
    if chinese:
        return f"+86{chinese[1]}"
    return "+" + digits[2:] if digits.startswith("00") else digits


def spellings(address: str) -> list[str]:
    """Every way this address may be stored in an order store."""
    text = normalise(address)
    if "@" in text:
        return [text]
    found = [text, text.lstrip("+"), "00" + text.lstrip("+")]
    if text.startswith("+86"):
        found.append(text[3:])
    return list(dict.fromkeys(found))


def is_address(address: str) -> bool:
    """Whether this can be an e-mail address or a phone number at all."""
    text = normalise(address)
    return bool(EMAIL.fullmatch(text) or PHONE.fullmatch(text)) and not re.search(r"[\x00-\x1f<>\",;]", address)


def address_hash(address: str, *, merchant_id: int) -> str:
    """What a suppressed address is found by, within one merchant."""
    return keyed_hash(normalise(address), merchant_id=merchant_id, purpose=PURPOSE)


def hint(address: str) -> str:
    """Enough for a person to recognise it, not enough to write to it: `l•••@example.com`, `138••••5678`."""
    text = address.strip()
    if "@" in text:
        name, _at, domain = text.rpartition("@")
        return f"{name[:1]}•••@{domain}"[:120]
    return f"{text[:3]}••••{text[-4:]}"[:120] if len(text) > 8 else "••••"
