"""Chance that is the same every time: what depends on it looks natural and never differs between two starts."""

import hashlib
import random


def chance(*names: object) -> random.Random:
    """A generator of its own for whatever is named."""
    seed = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return random.Random(int.from_bytes(seed[:8], "big"))  # noqa: S311  pictures and dates, no secrets
