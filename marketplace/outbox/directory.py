"""Who a recipient is. The outbox knows only ids; the room that owns the people registers the one directory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Address:
    """How one recipient is reached on one channel; an empty `to` says that he is not (for `in_app` any text will do).

    `language` and `timezone` are what he reads ('' = unknown) and lives by (IANA); `commercial_consent` covers offers only.
    """

    to: str
    language: str = ""
    opted_out: bool = False
    commercial_consent: bool = False
    timezone: str = "UTC"


#: `(merchant_id, channel, recipient_ids) -> {recipient_id: Address}`, inside an open scope; unknown ids are left out.
Lookup = Callable[[int, str, Iterable[int]], Mapping[int, Address]]
#: `(merchant_id, channel, spellings) -> ids` of the recipients with one of these addresses on the channel.
Find = Callable[[int, str, Sequence[str]], Sequence[int]]
#: `(merchant_id, recipient_ids, at)` marks the recipients' own rows, so that planning leaves them out, too; `at` None takes the
#: mark away, where a person recorded that they want messages again.
OptOut = Callable[[int, Sequence[int], datetime | None], Any]


#: `(merchant_id) -> IANA name` of the time zone the merchant's own pages are read in.
Zone = Callable[[int], str]


@dataclass(frozen=True)
class Directory:
    """What the outbox asks about recipients; all of it in the merchant's scope, inside the caller's transaction."""

    lookup: Lookup
    find: Find
    opt_out: OptOut
    zone: Zone


def _nobody(merchant_id: int, channel: str, recipient_ids: Iterable[int]) -> Mapping[int, Address]:
    raise LookupError("No directory of recipients is registered.")


def _none_found(merchant_id: int, channel: str, spellings: Sequence[str]) -> Sequence[int]:
    """Without a way to find people by address, the suppression of the address itself does the work."""
    return []


def _not_marked(merchant_id: int, recipient_ids: Sequence[int], at: datetime | None) -> None:
    """Without rows of its own to mark, the suppression list does the work."""


def _utc(merchant_id: int) -> str:
    return "UTC"


_directory = Directory(_nobody, _none_found, _not_marked, _utc)


def register_directory(lookup: Lookup, *, find: Find = _none_found, opt_out: OptOut = _not_marked, zone: Zone = _utc) -> None:
    """Called once, from the `ready()` of the app that owns the recipients; a later call takes the earlier one's place."""
    global _directory
    _directory = Directory(lookup, find, opt_out, zone)


def directory() -> Directory:
    """The registered directory. Its `lookup` raises LookupError while none is registered."""
    return _directory


def lookup(merchant_id: int, channel: str, recipient_ids: Iterable[int]) -> Mapping[int, Address]:
    """The addresses of these recipients on a channel. Raises LookupError when no directory is registered."""
    return _directory.lookup(merchant_id, channel, recipient_ids)


def zone(merchant_id: int) -> str:
    """The time zone of the merchant's pages: its first shop's. Needs the merchant's scope."""
    return _directory.zone(merchant_id)
