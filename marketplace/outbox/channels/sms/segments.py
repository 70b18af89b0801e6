"""How many messages an SMS costs (3GPP TS 23.038 and 23.040).

GSM-7: 160 characters, or 153 per part; characters of the extension table count two and are never split from their escape.
Anything else makes it UCS-2: 70 UTF-16 units, or 67 per part; a surrogate pair is never split.
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True)
class Size:
    """`units` are septets (gsm7) or UTF-16 units (ucs2); `left` is what still fits into the last part."""

    encoding: str
    units: int
    segments: int
    left: int


def measure(text: str) -> Size:
    """The size of a text. An empty one takes one segment, as the networks bill it."""
    if all(ch in BASIC or ch in EXTENDED for ch in text):
        return _size("gsm7", [2 if ch in EXTENDED else 1 for ch in text], 160, 153)
    return _size("ucs2", [2 if ord(ch) > 0xFFFF else 1 for ch in text], 70, 67)


def _size(encoding: str, widths: list[int], single: int, part: int) -> Size:
    units = sum(widths)
    if units <= single:
        return Size(encoding, units, 1, single - units)
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return Size(encoding, units, segments, part - used)
