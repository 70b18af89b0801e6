"""What money is paid in for. The room that asks for it registers what happens when it has arrived.

    register_purpose("milestone", on_paid=fund_from_payment, describe=describe_milestone)      # in AppConfig.ready()

The money is in the merchant's wallet before `on_paid` is called, in a transaction and the merchant's scope of its own, once; it
takes part in that transaction. A UserError leaves the money in the wallet, and the merchant is told why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise

from marketplace.tenancy.actor import Actor

WALLET = "wallet"


@dataclass(frozen=True)
class Subject:
    """What is paid for, as people read it, and the page of it."""

    title: str | Promise
    url: str = ""


class OnPaid(Protocol):
    def __call__(self, *, merchant_id: int, subject_id: int, amount: int, currency: str, at: datetime, by: Actor) -> object: ...


#: (merchant_id, subject_id) → what it is; needs the merchant's scope. None when there is no such thing any more.
Describe = Callable[[int, int], Subject | None]


@dataclass(frozen=True)
class Purpose:
    kind: str
    on_paid: OnPaid
    describe: Describe


class PurposeRegistered(ValueError):
    """Two rooms claim one kind of purpose."""


class UnknownPurpose(ValueError):
    """Nobody has registered this kind of purpose."""


_purposes: dict[str, Purpose] = {}


def register_purpose(kind: str, *, on_paid: OnPaid, describe: Describe) -> None:
    """Make a purpose known. Registering the same one again changes nothing. Raises PurposeRegistered."""
    purpose = Purpose(kind, on_paid, describe)
    if kind == WALLET or _purposes.setdefault(kind, purpose) != purpose:
        raise PurposeRegistered(kind)


def purpose_named(kind: str) -> Purpose | None:
    """The purpose of this kind; None for the wallet itself. Raises UnknownPurpose."""
    if kind == WALLET:
        return None
    try:
        return _purposes[kind]
    except KeyError:
        raise UnknownPurpose(kind) from None


def describe(kind: str, merchant_id: int, subject_id: int | None) -> Subject | None:
    """What a payment is for, in words; None for the wallet, and for what is gone."""
    purpose = purpose_named(kind)
    return purpose.describe(merchant_id, subject_id) if purpose and subject_id is not None else None
