"""Who must not be written to. An opt-out acts at once and always wins: it also takes back what a worker has claimed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.sealing import seal
from marketplace.outbox.addresses import PURPOSE, address_hash, hint, is_address, normalise, spellings
from marketplace.outbox.directory import directory, lookup
from marketplace.outbox.optout_words import asks_to_stop
from marketplace.outbox.queries import access_suppression
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

CHANNELS = frozenset({"", "email", "sms"})
MAX_IMPORT = 100_000
# Also what a worker has claimed: its token no longer fits, so it neither sends nor closes it.
TAKE_BACK = """
UPDATE outbox_message
SET state = 'dropped', reason = 'opted_out', closed_at = now(), token = NULL, lease_until = NULL
WHERE merchant_id = %(merchant)s AND recipient_id = ANY (%(recipients)s) AND state IN ('ready', 'running')
  AND (%(channel)s = '' OR channel = %(channel)s)
"""


NOTE_REPLY = """
INSERT INTO outbox_reply (merchant_id, channel, reference, address_hash, address_hint, text, effect, received_at)
VALUES (%(merchant)s, %(channel)s, %(reference)s, %(hash)s, %(hint)s, %(text)s, %(effect)s, %(at)s)
ON CONFLICT (merchant_id, channel, reference) DO NOTHING
"""
SUPPRESS_BUYERS = """
INSERT INTO outbox_suppression (merchant_id, channel, recipient_id, source, note, created_by, created_at)
SELECT %(merchant)s, %(channel)s, r, %(source)s, %(note)s, %(by)s, %(at)s FROM unnest(%(recipients)s::bigint[]) AS r
ON CONFLICT DO NOTHING
"""
SUPPRESS_ADDRESSES = """
INSERT INTO outbox_suppression
  (merchant_id, channel, address_hash, address_hint, address_cipher, source, note, created_by, created_at)
SELECT %(merchant)s, a.channel, a.hash, a.hint, a.cipher, %(source)s, a.note, %(by)s, %(at)s
FROM unnest(%(channels)s::text[], %(hashes)s::text[], %(hints)s::text[], %(ciphers)s::bytea[], %(notes)s::text[])
  AS a (channel, hash, hint, cipher, note)
ON CONFLICT DO NOTHING RETURNING id
"""
DELIVERY = Actor("system:delivery")


@dataclass(frozen=True)
class ReplyEffect:
    """What an inbound reply did. `effect`: `opted_out`, `noted`, or `repeated` where it had come before."""

    effect: str
    recipients: tuple[int, ...] = ()


def opt_out(
    *, merchant_id: int, recipient_id: int, source: str, by: Actor, at: datetime, channel: str = "", note: str = ""
) -> int:
    """A buyer wants no more messages; how many waiting ones this dropped. Doing it again changes nothing.

    `source` is one of `Suppression.Source` (`link`, `api`, `person` …). Owns its transaction. Programs see the buyer's own mark.
    Raises NotFound.
    """
    with scope(merchant_id, durable=True):
        if not lookup(merchant_id, "in_app", [recipient_id]):
            raise NotFound("There is no such buyer.")
        return _opt_out(merchant_id, [recipient_id], channel=channel, source=source, note=note, by=by, at=at)


def receive_reply(
    *, merchant_id: int, channel: str, sender: str, text: str, reference: str, at: datetime, by: Actor
) -> ReplyEffect:
    """A buyer answered a message from the address `sender`. STOP, TD, 退订 … and sentences that say so opt him out at once.

    `reference` is the provider's id of the reply: one that comes twice counts once. Every buyer with this address is opted
    out, and the address itself is suppressed. Raises UserError for what is no address. Owns its transaction.
    """
    if channel not in ("sms", "email") or not is_address(sender):
        raise UserError(_("A reply needs the channel and the address it came from."))
    asked = asks_to_stop(text)
    with scope(merchant_id, durable=True):
        if not _note_reply(merchant_id, channel, sender, text, reference, asked, at):
            return ReplyEffect("repeated")
        if not asked:
            return ReplyEffect("noted")
        people = tuple(directory().find(merchant_id, channel, spellings(sender)))
        _suppress_address(merchant_id, channel, sender, source=asked, note=text, by=by, at=at)
        _opt_out(merchant_id, people, channel="", source=asked, note=text, by=by, at=at)
        return ReplyEffect("opted_out", people)


def _note_reply(merchant_id: int, channel: str, sender: str, text: str, reference: str, asked: str, at: datetime) -> bool:
    """Whether the reply is new."""
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "channel": channel,
        "reference": storable(reference, 120),
        "hash": address_hash(sender, merchant_id=merchant_id),
        "hint": hint(sender),
        "text": storable(text, 2_000),
        "effect": "opted_out" if asked else "noted",
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE_REPLY, values)
        return cursor.rowcount == 1


def _opt_out(
    merchant_id: int, recipients: Sequence[int], *, channel: str, source: str, note: str, by: Actor, at: datetime
) -> int:
    """Suppress the buyers, mark them, take back what waits. In the caller's transaction."""
    if not recipients:
        return 0
    people = sorted(set(recipients))
    values: dict[str, Any] = {"merchant": merchant_id, "recipients": people, "channel": channel}
    more: dict[str, Any] = {"source": source, "note": storable(note, 300), "by": by.label, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESS_BUYERS, {**values, **more})
        cursor.execute(TAKE_BACK, values)
        dropped = int(cursor.rowcount)
    if not channel:
        directory().opt_out(merchant_id, people, at)
    facts = {"recipients": people, "channel": channel, "source": source, "dropped": dropped}
    record(merchant_id=merchant_id, by=by, action="outbox.consent.opted_out", facts=facts)
    return dropped


def _suppress_address(
    merchant_id: int, channel: str, address: str, *, source: str, note: str, by: Actor, at: datetime
) -> int | None:
    """The new entry's id; None where the address was suppressed already. In the caller's transaction."""
    found = _suppress_addresses(merchant_id, [(channel, address, note)], source=source, by=by, at=at)
    return found[0] if found else None


def _suppress_addresses(
    merchant_id: int, rows: Sequence[tuple[str, str, str]], *, source: str, by: Actor, at: datetime
) -> list[int]:
    """Ids of what is new among (channel, address, note)."""
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "channels": [channel for channel, _address, _note in rows],
        "hashes": [address_hash(address, merchant_id=merchant_id) for _channel, address, _note in rows],
        "hints": [hint(normalise(address)) for _channel, address, _note in rows],
        "ciphers": [seal(normalise(address), merchant_id=merchant_id, purpose=PURPOSE) for _channel, address, _note in rows],
        "notes": [storable(note, 300) for _channel, _address, note in rows],
        "source": source,
        "by": by.label,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESS_ADDRESSES, values)
        return [int(row[0]) for row in cursor.fetchall()]


def suppress_bounced(*, merchant_id: int, channel: str, address: str, note: str) -> None:
    """An address the other side says does not exist. In the caller's transaction, which records the attempt."""
    _suppress_address(merchant_id, channel, address, source="bounce", note=note, by=DELIVERY, at=timezone.now())


def add_suppression(*, merchant_id: int, channel: str, address: str, note: str, by: Actor, at: datetime) -> int:
    """A person puts an address on the list; its id. Raises UserError for what is no address, and where it is listed already."""
    _require(channel, address)
    with scope(merchant_id, durable=True):
        added = _suppress_address(merchant_id, channel, address, source="person", note=note, by=by, at=at)
        if added is None:
            raise UserError(_("This address is on the list already."))
        record(merchant_id=merchant_id, by=by, action="outbox.suppression.added", facts={"id": added, "channel": channel})
    return added


def remove_suppression(*, merchant_id: int, suppression_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Take an entry off the list, with the reason a person gives. Raises NotFound, and UserError without a reason."""
    if not reason.strip():
        raise UserError(_("Say why: an opt-out may only be undone at the buyer's own wish."))
    with scope(merchant_id, durable=True):
        found = access_suppression(merchant_id=merchant_id, pk=suppression_id)
        if found.removed_at is not None:
            raise UserError(_("This entry is off the list already."))
        found.removed_at, found.removed_by, found.removed_reason = at, by.label, storable(reason, 300)
        found.save(update_fields=["removed_at", "removed_by", "removed_reason"])
        if found.recipient_id is not None and not found.channel:
            directory().opt_out(merchant_id, [found.recipient_id], None)
        facts = {"id": suppression_id, "reason": storable(reason, 300)}
        record(merchant_id=merchant_id, by=by, action="outbox.suppression.removed", facts=facts)


@dataclass(frozen=True)
class Imported:
    """What an import of the suppression list did; `bad` are the numbers of rows that are no addresses."""

    added: int
    known: int
    bad: tuple[int, ...]


def import_suppressions(*, merchant_id: int, text: str, by: Actor, at: datetime) -> Imported:
    """Add every address of a CSV file (`address`, optional `channel` and `note`). Raises UserError for a file without them."""
    rows, bad = _rows_of(text)
    added = 0
    with scope(merchant_id, durable=True):
        for start in range(0, len(rows), 1_000):
            added += len(_suppress_addresses(merchant_id, rows[start : start + 1_000], source="import", by=by, at=at))
        facts = {"added": added, "known": len(rows) - added, "bad": len(bad)}
        record(merchant_id=merchant_id, by=by, action="outbox.suppression.imported", facts=facts)
    return Imported(added, len(rows) - added, tuple(bad))


def _rows_of(text: str) -> tuple[list[tuple[str, str, str]], list[int]]:
    """(channel, address, note) of the good rows, and the numbers of the others."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
    if "address" not in names:
        raise UserError(_("The file needs a column named address; channel and note are optional."))
    rows: list[tuple[str, str, str]] = []
    bad: list[int] = []
    for number, row in enumerate(reader, start=2):
        address, channel, note = ((row.get(names.get(key, key)) or "").strip() for key in ("address", "channel", "note"))
        # A formula that our own export has quoted comes back without the quote.
        address = address.removeprefix("'")
        if channel in CHANNELS and is_address(address):
            rows.append((channel, address, note))
        else:
            bad.append(number)
        if len(rows) > MAX_IMPORT:
            raise UserError(_("A file may have 100,000 rows; split this one."))
    return rows, bad


def _require(channel: str, address: str) -> None:
    if channel not in CHANNELS:
        raise UserError(_("Choose a channel."))
    if not is_address(address):
        raise UserError(_("%(value)s is neither an e-mail address nor a phone number.") % {"value": address[:80]})


def storable(text: str, length: int) -> str:
    """What somebody wrote, without control characters (NUL cannot be stored) and lone surrogates."""
    clean = "".join(ch if ch.isprintable() or ch == "\n" else " " for ch in text)
    return clean.encode("utf-8", "ignore").decode()[:length]
