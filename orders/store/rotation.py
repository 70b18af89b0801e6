"""Closing buyers' contacts with the newest key, so that older ones can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django.db import connection
from django.db.models import Q

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.contacts import UnreadableContact, encrypt, lookup_hash, opened
from orders.store.models import Buyer

BATCH = 2_000
REACHABLE = Q(contact_cipher__isnull=False) | Q(phone_cipher__isnull=False)
WRITE = """
UPDATE store_buyer b
SET contact_cipher = n.contact_cipher, contact_hash = n.contact_hash, phone_cipher = n.phone_cipher, phone_hash = n.phone_hash
FROM unnest(%s::bigint[], %s::bytea[], %s::text[], %s::bytea[], %s::text[])
  AS n (id, contact_cipher, contact_hash, phone_cipher, phone_hash)
WHERE b.merchant_id = %s AND b.id = n.id
"""


@dataclass
class Rotated:
    """How many buyers were closed anew, were closed by the newest key already, or cannot be opened by any."""

    rotated: int = 0
    current: int = 0
    unreadable: int = 0


def rotate_contact_keys(*, merchant_id: int, by: Actor) -> Rotated:
    """Close every contact of a merchant's buyers with the newest key and hash it anew.

    In batches that each commit; run it again after an interruption, or as often as you like: what is current is left alone.
    """
    total = Rotated()
    after: int | None = 0
    while after is not None:
        found, after = _rotate_batch(merchant_id, after)
        for field in fields(Rotated):
            setattr(total, field.name, getattr(total, field.name) + getattr(found, field.name))
    with scope(merchant_id, durable=True):
        record(merchant_id=merchant_id, by=by, action="store.contacts.rotated", facts=vars(total))
    return total


def merchants_with_buyers() -> list[int]:
    """Ids of the merchants that have any, across tenants (system role)."""
    return list(Buyer.objects.using("system").order_by("merchant_id").values_list("merchant_id", flat=True).distinct())


def _rotate_batch(merchant_id: int, after: int) -> tuple[Rotated, int | None]:
    """Lock and rewrite the next buyers; also returns the last one's id, or None at the end."""
    tally = Rotated()
    with scope(merchant_id, durable=True):
        known = Buyer.objects.select_for_update().filter(REACHABLE, merchant_id=merchant_id, pk__gt=after).order_by("pk")
        buyers = list(known[:BATCH])
        rows = list(_renewed(buyers, tally))
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(WRITE, [*map(list, zip(*rows, strict=True)), merchant_id])
    return tally, buyers[-1].pk if len(buyers) == BATCH else None


def _renewed(buyers: list[Buyer], tally: Rotated) -> Iterator[tuple[Any, ...]]:
    for buyer in buyers:
        try:
            contact, is_new = _closed_anew(buyer.contact_cipher, buyer.contact_hash, buyer.merchant_id)
            phone, is_newer = _closed_anew(buyer.phone_cipher, buyer.phone_hash, buyer.merchant_id)
        except UnreadableContact:
            tally.unreadable += 1
            continue
        if not is_new and not is_newer:
            tally.current += 1
            continue
        tally.rotated += 1
        yield buyer.pk, *contact, *phone


def _closed_anew(sealed: Any, known: str, merchant_id: int) -> tuple[tuple[bytes | None, str], bool]:
    """Cipher and hash by the newest key, and whether they are other than they were."""
    if sealed is None:
        return (None, known), False
    clear, is_current = opened(bytes(sealed), merchant_id=merchant_id)
    found = lookup_hash(clear, merchant_id=merchant_id)
    if is_current and found == known:
        return (bytes(sealed), known), False
    return (encrypt(clear, merchant_id=merchant_id), found), True
