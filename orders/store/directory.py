"""Buyers as recipients of messages: the order store's part of the outbox's directory."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from marketplace.outbox.directory import Address
from merchants.models import Shop
from orders.store.contacts import UnreadableContact, decrypt, lookup_hashes
from orders.store.models import Buyer

log = logging.getLogger(__name__)


def addresses(merchant_id: int, channel: str, recipient_ids: Iterable[int]) -> dict[int, Address]:
    """The buyers' addresses on `email`, `sms` or `in_app` (their customer number), in one query for any number.

    A buyer without one, and a contact that no key opens, has an empty `to`. Needs an open scope.
    """
    found = Buyer.objects.filter(merchant_id=merchant_id, pk__in=list(recipient_ids)).select_related("shop")
    return {
        buyer.pk: Address(
            to=_to(buyer, channel),
            language=buyer.language or buyer.shop.language,
            opted_out=buyer.opted_out_at is not None,
            commercial_consent=buyer.commercial_consent,
            timezone=buyer.shop.timezone,
        )
        for buyer in found
    }


def _to(buyer: Buyer, channel: str) -> str:
    if channel == "in_app":
        return buyer.external_ref
    contact, phone = _opened(buyer, buyer.contact_cipher), _opened(buyer, buyer.phone_cipher)
    if channel == "email":
        return contact if "@" in contact else ""
    if channel == "sms":
        # Before e-mail and phone had a place each, a file's one contact could be either.
        return phone or ("" if "@" in contact else contact)
    return ""


def _opened(buyer: Buyer, sealed: bytes | memoryview | None) -> str:
    if not sealed:
        return ""
    try:
        return decrypt(bytes(sealed), merchant_id=buyer.merchant_id)
    except UnreadableContact:
        log.error("no contact key opens the contact of buyer %s of merchant %s", buyer.pk, buyer.merchant_id)
        return ""


def buyers_with(merchant_id: int, channel: str, spellings: Sequence[str]) -> list[int]:
    """Ids of every buyer with this address, under any of its spellings. Needs an open scope."""
    hashes = [known for spelling in spellings for known in lookup_hashes(spelling, merchant_id=merchant_id)]
    known = Q(contact_hash__in=hashes) if channel == "email" else Q(contact_hash__in=hashes) | Q(phone_hash__in=hashes)
    return list(Buyer.objects.filter(known, merchant_id=merchant_id).order_by("pk").values_list("pk", flat=True))


def zone_of(merchant_id: int) -> str:
    """The time zone of the merchant's first shop. Needs an open scope."""
    first = Shop.objects.filter(merchant_id=merchant_id).order_by("pk").values_list("timezone", flat=True).first()
    return first or "UTC"


def mark_opted_out(merchant_id: int, recipient_ids: Sequence[int], at: datetime | None) -> None:
    """Remember on the buyers' rows that they want no messages, since when; None takes it back. Needs an open scope."""
    found = Buyer.objects.filter(merchant_id=merchant_id, pk__in=list(recipient_ids))
    if at is not None:
        found = found.filter(opted_out_at__isnull=True)
    found.update(opted_out_at=at)
