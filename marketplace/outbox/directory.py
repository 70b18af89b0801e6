"""Where a recipient can be reached. The outbox knows only ids; the room that owns the people registers the look-up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """How one recipient is reached on one channel; an empty `to` says that he is not.

    `language` and `timezone` are what he reads and lives by (an IANA name); `commercial_consent` covers offers only.
    """

    to: str
    language: str
    opted_out: bool
    commercial_consent: bool
    timezone: str


#: `(merchant_id, channel, recipient_ids) -> {recipient_id: Address}`, inside an open scope; unknown ids are left out.
Lookup = Callable[[int, str, Iterable[int]], dict[int, Address]]
_registered: list[Lookup] = []


def register_directory(found: Lookup) -> None:
    """Called once, from the `ready()` of the app that owns the recipients; a later call takes the earlier one's place."""
    _registered[:] = [found]


def lookup(merchant_id: int, channel: str, recipient_ids: Iterable[int]) -> dict[int, Address]:
    """The addresses of these recipients on a channel. Raises LookupError when no directory is registered."""
    if not _registered:
        raise LookupError("No directory of recipients is registered.")
    return _registered[0](merchant_id, channel, recipient_ids)
