"""What the state of a round allows, and what makes a review count."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from orders.reviews.models import Pulse, ReviewRound

WRITING, ANSWERING, MARKING = timedelta(days=14), timedelta(days=28), timedelta(days=14)
#: So many monthly marks count like one review.
PULSES = 3
MOST_REFUNDED = 8_000  # of 10,000
#: Where everybody has an address; sharing one says nothing.
PUBLIC_MAIL = frozenset(
    "qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com aliyun.com 139.com 189.cn"
    " gmail.com outlook.com hotmail.com live.com yahoo.com icloud.com me.com proton.me".split()
)


def has_written(round_: ReviewRound, side: str) -> bool:
    return (round_.merchant_at if side == "merchant" else round_.provider_at) is not None


def may_write(round_: ReviewRound, side: str, at: datetime) -> bool:
    return round_.state == "open" and at < round_.closes_at and not has_written(round_, side)


def may_answer(round_: ReviewRound, side: str, at: datetime) -> bool:
    if side != "provider" or round_.published_at is None or not round_.merchant_text or round_.answered_at:
        return False
    return at < round_.published_at + ANSWERING


def is_over(round_: ReviewRound, at: datetime) -> bool:
    """Both have written, or the time is up."""
    return round_.state == "open" and (at >= round_.closes_at or bool(round_.merchant_at and round_.provider_at))


def share_people(first: Iterable[tuple[int, str]], second: Iterable[tuple[int, str]]) -> bool:
    """Whether two lists of (person, e-mail) have somebody, or a domain that is not everybody's, in common."""
    ours, theirs = list(first), list(second)
    if {pk for pk, _mail in ours} & {pk for pk, _mail in theirs}:
        return True
    return bool((_domains(ours) & _domains(theirs)) - PUBLIC_MAIL)


def _domains(people: Iterable[tuple[int, str]]) -> set[str]:
    return {mail.rpartition("@")[2].lower() for _pk, mail in people if "@" in mail}


def names(holders: Iterable[str]) -> set[str]:
    """Account holders as they are compared: without case and spaces, and without those that were not named."""
    return {"".join(holder.casefold().split()) for holder in holders} - {""}


def judged(*, funded: int, released: int, back: int, tie: str) -> tuple[str, str]:
    """(verdict, reason). `back` went back to the merchant, refunded or taken back after the release; minor units.

    `tie` is how the two companies belong together, "" when they do not.
    """
    if released <= 0:
        return "excluded", "unpaid"
    if back * 10_000 >= funded * MOST_REFUNDED:
        return "held", "refunded"
    return ("held", tie) if tie else ("valid", "")


def may_mark(pulse: Pulse, side: str, at: datetime) -> bool:
    """The merchant says once how the month was."""
    return side == "merchant" and pulse.mark is None and at < pulse.closes_at
