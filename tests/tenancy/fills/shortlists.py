"""A row in every table of shortlists: a list with a listing and a note, and a saved search."""

from datetime import UTC, datetime

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.shortlists.models import ItemNote
from providers.shortlists.operations import keep_listing, save_search
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> dict[str, int]:
    """Ids of the list, the kept listing, the owner's note on it and the saved search. Texts carry the merchant's name."""
    by = person(merchant.owner.pk)
    item = keep_listing(
        merchant_id=merchant.id, shortlist_id=None, new_name=f"list of {merchant.slug}", listing_id=1, listing_slug="a-listing",
        title=f"kept by {merchant.slug}", note=f"note of {merchant.slug}", by=by, at=NOW,
    )  # fmt: skip
    search = save_search(merchant_id=merchant.id, name=f"search of {merchant.slug}", query="q=lamp", by=by, at=NOW)
    with scope(merchant.id):
        note = ItemNote.objects.get(merchant_id=merchant.id, item_id=item.pk).pk
    return {"shortlist": item.shortlist_id, "kept": item.pk, "kept_note": note, "search": search.pk}
