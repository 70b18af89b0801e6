"""What may be paid without anybody at the screen. The room that sends invoices registers how they are found and paid.

    register_source(Source(kind="contract", pay_in_purpose="milestone", …))      # in AppConfig.ready()

A merchant permits it per subject (a standing contract), up to a limit per period; see `operations.autopaying`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from marketplace.tenancy.actor import Actor

#: An invoice is tried when it falls due and so long afterwards; then the merchant has to act.
TRIES = (timedelta(), timedelta(days=3), timedelta(days=6))


@dataclass(frozen=True)
class Standing:
    """What can be permitted. `usual` is what one period costs, in minor units; `is_open`: whether there is anything to come."""

    title: str
    currency: str
    usual: int
    is_open: bool


@dataclass(frozen=True)
class Invoice:
    """Something due now. `period` is the first day of the period it counts towards; `rests_at`: when the work rests unpaid."""

    id: int
    title: str
    amount: int
    currency: str
    period: date
    rests_at: datetime


#: (merchant, permission, invoice).
Due = tuple[int, int, int]


class FindDue(Protocol):
    """One statement over all tenants, as the system role: invoices to be tried now, those waiting longest first."""

    def __call__(self, at: datetime, limit: int) -> Sequence[Due]: ...


class PayInvoice(Protocol):
    """Pay from the wallet, in the caller's transaction and the merchant's scope. Raises NotEnoughInWallet, UserError."""

    def __call__(self, *, merchant_id: int, invoice_id: int, by: Actor, at: datetime) -> object: ...


@dataclass(frozen=True)
class Source:
    """A kind of subject that sends invoices. `pay_in_purpose` is what a payment for one of them is made for."""

    kind: str
    pay_in_purpose: str
    due: FindDue
    pay: PayInvoice
    #: (merchant, subject) → what can be permitted; None for what is not there, or no standing service.
    standing: Callable[[int, int], Standing | None]
    #: (merchant, subject, invoice, at) → the invoice while it is due and unpaid; else None.
    invoice: Callable[[int, int, int, datetime], Invoice | None]
    #: (subject) → the page people are sent to.
    url: Callable[[int], str]


class SourceRegistered(ValueError):
    """Two rooms claim one kind of source."""


class UnknownSource(ValueError):
    """Nobody has registered this kind of source."""


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a source known. Registering the same one again changes nothing. Raises SourceRegistered."""
    if _sources.setdefault(source.kind, source) != source:
        raise SourceRegistered(source.kind)


def source_named(kind: str) -> Source:
    """Raises UnknownSource."""
    try:
        return _sources[kind]
    except KeyError:
        raise UnknownSource(kind) from None


def sources() -> list[Source]:
    """All of them, in the alphabet's order."""
    return [_sources[kind] for kind in sorted(_sources)]
