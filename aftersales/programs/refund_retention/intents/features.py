"""What the linear model sees of a normalised text: character n-grams, for English also words and pairs of words."""

import re
from itertools import pairwise

_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[a-z']+|0|[^\sa-z']")


def features(text: str) -> list[str]:
    """Every feature of the text, as often as it occurs. Numbers count as one digit; none holds a line break."""
    plain = _DIGITS.sub("0", text)
    if _HAN.search(plain):
        return _grams(f"^{plain}$", 1, 3)
    words = _WORDS.findall(plain)
    found = [gram for word in words for gram in _grams(f" {word} ", 3, 5)]
    ends = ["<", *words, ">"]
    return found + [f"={word}" for word in words] + [f"={left} {right}" for left, right in pairwise(ends)]


def _grams(text: str, shortest: int, longest: int) -> list[str]:
    return [text[at : at + size] for size in range(shortest, longest + 1) for at in range(len(text) - size + 1)]
