"""Which of the reviews a rule approved get a second look."""

import hashlib


def is_sampled(review_id: int, percent: int) -> bool:
    """Whether this review is among `percent` of a hundred: the same answer every time, spread evenly."""
    digest = hashlib.sha256(f"moderation.second-look:{review_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10_000 < percent * 100
