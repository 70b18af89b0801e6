"""What a payment gateway must offer. Requests carry an id that never changes while a payout is retried."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    PAID = "paid"
    REFUSED = "refused"
    BUSY = "busy"
    ABSENT = "absent"


@dataclass(frozen=True)
class Payment:
    """One refund to a buyer, in minor units.

    It goes back by `method` (`voucher`: as a new voucher; empty: however the order was paid), under that method's payment number.
    """

    request_id: str
    amount: int
    currency: str
    method: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one request. BUSY may be sent again; ABSENT (only from a look-up) was never received.

    A look-up also tells the amount and currency that were paid, where the gateway does: reconciliation compares them.
    """

    request_id: str
    result: Result
    reference: str = ""
    detail: str = ""
    amount: int | None = None
    currency: str | None = None


class GatewayTimeout(Exception):
    """No answer: the payments may or may not have been made. Only `lookup` can tell."""


class Gateway(Protocol):
    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        """Pay; the same request id pays at most once, however often it is sent. Raises GatewayTimeout."""

    def lookup(self, request_ids: Sequence[str]) -> list[Answer]:
        """What became of earlier requests. Raises GatewayTimeout."""
