"""Reading shortlists and saved searches; each object has one door."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Count, Max, Q, QuerySet

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.models import TenantModel
from providers.shortlists.models import ItemNote, SavedSearch, Shortlist, ShortlistItem

T = TypeVar("T", bound=TenantModel)


SHOWN = {"deleted_at__isnull": True}


def _access(found: QuerySet[T], merchant_id: int, pk: int, what: str) -> T:
    row = found.filter(merchant_id=merchant_id, pk=pk).first()
    if row is None:
        raise NotFound(f"{what} {pk}")
    return row


def access_shortlist(*, merchant_id: int, pk: int, lock: bool = False) -> Shortlist:
    """NotFound for a foreign, deleted or missing one; with `lock` a deleted one is found, to be deleted once more."""
    found = Shortlist.objects.select_for_update() if lock else Shortlist.objects.filter(**SHOWN)
    return _access(found, merchant_id, pk, "shortlist")


def access_item(*, merchant_id: int, pk: int, lock: bool = False) -> ShortlistItem:
    """NotFound for a foreign or missing one."""
    found = ShortlistItem.objects.select_for_update() if lock else ShortlistItem.objects.all()
    return _access(found, merchant_id, pk, "item")


def access_note(*, merchant_id: int, pk: int) -> ItemNote:
    """With its item. NotFound for a foreign or missing one."""
    return _access(ItemNote.objects.select_related("item"), merchant_id, pk, "note")


def access_search(*, merchant_id: int, pk: int) -> SavedSearch:
    """NotFound for a foreign or missing one."""
    return _access(SavedSearch.objects.all(), merchant_id, pk, "search")


def shortlists(merchant_id: int) -> QuerySet[Shortlist]:
    """The team's lists by name, with `kept` (how many listings) and `kept_at` (when the last one came)."""
    found = Shortlist.objects.filter(merchant_id=merchant_id, **SHOWN)
    shown = Q(items__deleted_at__isnull=True)
    return found.annotate(kept=Count("items", filter=shown), kept_at=Max("items__created_at", filter=shown)).order_by("name")


def items_of(shortlist: Shortlist) -> list[ShortlistItem]:
    """What a list holds, newest first, with their notes oldest first: two statements."""
    own = {"merchant_id": shortlist.merchant_id}
    items = list(ShortlistItem.objects.filter(**own, **SHOWN, shortlist_id=shortlist.pk).order_by("-created_at", "-id"))
    notes = ItemNote.objects.filter(**own, **SHOWN, item_id__in=[item.pk for item in items]).order_by("created_at", "id")
    by_item: dict[int, list[ItemNote]] = {}
    for note in notes:
        by_item.setdefault(note.item_id, []).append(note)
    for item in items:
        item.shown_notes = by_item.get(item.pk, [])  # type: ignore[attr-defined]
    return items


def kept_in(merchant_id: int, listing_id: int) -> set[int]:
    """The team's lists that hold a listing."""
    found = ShortlistItem.objects.filter(
        merchant_id=merchant_id, listing_id=listing_id, shortlist__deleted_at__isnull=True, **SHOWN
    )
    return set(found.values_list("shortlist_id", flat=True))


def searches(merchant_id: int) -> QuerySet[SavedSearch]:
    """The team's saved searches by name."""
    return SavedSearch.objects.filter(merchant_id=merchant_id, **SHOWN).order_by("name", "id")


def people(user_ids: Iterable[int | None]) -> dict[int, str]:
    """The names of colleagues by id, in one statement."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=wanted)} if wanted else {}
