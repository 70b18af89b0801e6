"""What a gateway must offer: ask for money, read what the payment company says, look up, send money back.

A gateway is a folder with `config.py` (name, settings), `client.py` (what we ask of it) and `callback.py` (what it tells us).
Amounts are integer minor units. Our reference of a payment never changes, and the company pays it at most once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise

from marketplace.kernel.errors import UserError


class Result(StrEnum):
    """What a notice says. OTHER is everything that changes nothing here."""

    PAID = "paid"
    FAILED = "failed"
    TAKEN_BACK = "taken_back"
    RETURNED = "returned"
    NOT_RETURNED = "not_returned"
    PENDING = "pending"
    ABSENT = "absent"
    OTHER = "other"


#: Results that are about money going back; their reference is the one of a pay-back.
ABOUT_RETURNS = frozenset({Result.RETURNED, Result.NOT_RETURNED})


@dataclass(frozen=True)
class Request:
    """A payment to be asked for. `notify_url` and `return_url` are absolute addresses of this site."""

    reference: str
    amount: int
    currency: str
    title: str
    notify_url: str
    return_url: str
    expires_at: datetime
    at: datetime
    merchant_id: int = 0


@dataclass(frozen=True)
class Opened:
    """Where the payer goes on: an address of the company, a code to scan, or nothing (a bank transfer).

    `session` is the company's number of the request, where it has one before anything is paid.
    """

    url: str = ""
    code: str = ""
    session: str = ""


@dataclass(frozen=True)
class Notice:
    """What the company says about one reference. `event_id` is the same when it says the same thing again."""

    event_id: str
    reference: str
    result: Result
    transaction: str = ""
    amount: int | None = None
    currency: str = ""
    occurred_at: datetime | None = None
    detail: str = ""
    payer: str = ""


@dataclass(frozen=True)
class Return:
    """Money to be sent back to where it came from. `total` is what the payment was, which some companies ask for."""

    request_id: str
    reference: str
    transaction: str
    amount: int
    total: int
    currency: str
    notify_url: str
    at: datetime
    merchant_id: int = 0


@dataclass(frozen=True)
class Known:
    """A payment as the company would be asked about it."""

    reference: str
    session: str
    currency: str
    at: datetime
    merchant_id: int = 0


@dataclass(frozen=True)
class Reply:
    """What the company wants to read after a callback."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


class BadSignature(Exception):
    """The callback is not the company's, is too old, or was altered."""


class BadNotice(Exception):
    """Signed by the company, but not readable as what it documents."""


class GatewayRefused(UserError):
    """The company says no, for good. The message is meant for the payer."""


class GatewayTimeout(UserError):
    """No answer: the company may or may not have done it. Only a look-up can tell."""

    is_passing = True


class Gateway(Protocol):
    """One payment company. Everything but `read` may call it, so nothing here is called inside a transaction."""

    name: str
    label: str | Promise
    text: str | Promise
    icon: str
    #: Whether people confirm the payment (a bank transfer) rather than the company.
    is_offline: bool
    #: How long a payment may take, in minutes.
    minutes: int

    def currencies(self) -> tuple[str, ...]:
        """What it takes; empty while it is not set up."""

    def open(self, request: Request) -> Opened:
        """Ask for a payment; the same reference again asks for the same one. Raises GatewayRefused, GatewayTimeout."""

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """A callback, its signature checked first. Header names are in lower case. Raises BadSignature, BadNotice."""

    def reply(self, *, accepted: bool) -> Reply:
        """What the company wants to read after a callback; anything not accepted is sent again by it."""

    def lookup(self, known: Known) -> Notice:
        """What became of a payment: PAID, FAILED, PENDING or ABSENT. Raises GatewayTimeout."""

    def send_back(self, wanted: Return) -> Notice:
        """Send money back; the same request id sends it at most once: RETURNED, NOT_RETURNED, PENDING. Raises GatewayTimeout."""

    def lookup_return(self, wanted: Return) -> Notice:
        """What became of it: RETURNED, NOT_RETURNED, PENDING or ABSENT. Raises GatewayTimeout."""
