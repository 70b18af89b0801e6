"""The unified social credit code of a company in mainland China (GB 32100-2015): 18 places, the last one a check digit.

Places: 1 registering authority, 2 kind of body, 3–8 administrative division, 9–17 body code, 18 check digit over the first
seventeen: C18 = 31 − (Σ Cᵢ·3^(i−1) mod 31), and 0 for 31.
"""

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_digit(first_17: str) -> str:
    """The 18th place. Raises ValueError for a letter that does not occur in codes."""
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(first_17, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def normalized(text: str) -> str:
    """As the code is stored: capitals, full-width digits made narrow, without spaces and hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "").upper()


def is_valid(code: str) -> bool:
    """Whether a normalized code has the right form and the right check digit."""
    if len(code) != 18 or any(letter not in ALPHABET for letter in code) or not code[2:8].isdigit():
        return False
    return code[17] == check_digit(code[:17])
