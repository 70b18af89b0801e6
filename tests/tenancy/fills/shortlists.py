"""A row in every table of shortlists: a list with a listing and a note, and a saved search."""

from datetime import UTC, datetime

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.shortlists.models import ItemNote
from providers.shortlists.operations import keep_listing, save_search, write_note
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> dict[str, int]:
    """Ids of a list, a kept listing, the owner's note on it and a saved search; and of others that may be deleted."""
    by = person(merchant.owner.pk)
    found = {}
    for prefix, number in (("", 1), ("spare_", 2)):
        item = keep_listing(
            merchant_id=merchant.id, shortlist_id=None, new_name=f"{prefix}list of {merchant.slug}", listing_id=number,
            listing_slug="a-listing", title=f"kept by {merchant.slug}", note=f"note of {merchant.slug}", by=by, at=NOW,
        )  # fmt: skip
        name = f"{prefix}search of {merchant.slug}"
        search = save_search(merchant_id=merchant.id, name=name, query=f"q=lamp{number}", by=by, at=NOW)
        found |= {f"{prefix}shortlist": item.shortlist_id, f"{prefix}kept": item.pk, f"{prefix}search": search.pk}
    write_note(merchant_id=merchant.id, item_id=found["kept"], text=f"another of {merchant.slug}", by=by, at=NOW)
    kept = {
        "merchant_id": merchant.id,
        "shortlist_id": found["shortlist"],
        "listing_id": 3,
        "listing_slug": "b",
        "by": by,
        "at": NOW,
    }
    found["spare_kept"] = keep_listing(**kept, title=f"spare of {merchant.slug}").pk
    with scope(merchant.id):
        notes = ItemNote.objects.filter(merchant_id=merchant.id, item_id=found["kept"]).order_by("pk")
        found["kept_note"], found["spare_note"] = (note.pk for note in notes)
    return found
