"""Keeping listings in shared lists, talking about them, and saving searches."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.shortlists.models import ItemNote, SavedSearch, Shortlist, ShortlistItem
from providers.shortlists.queries import SHOWN, access_item, access_note, access_search, access_shortlist

MOST_LISTS, MOST_ITEMS, MOST_SEARCHES = 50, 200, 50


class NameTaken(UserError):
    """The team has a list of this name already."""


class TooMany(UserError):
    """A list, or the team's lists, are as long as they may get."""


def create_shortlist(*, merchant_id: int, name: str, by: Actor, at: datetime) -> Shortlist:
    """A new, empty list for the whole team. NameTaken, TooMany."""
    with scope(merchant_id, durable=True):
        return _create(merchant_id, name, by, at)


def _create(merchant_id: int, name: str, by: Actor, at: datetime) -> Shortlist:
    if Shortlist.objects.filter(merchant_id=merchant_id, **SHOWN).count() >= MOST_LISTS:
        raise TooMany(_("There are %(most)s lists already. Delete one first.") % {"most": MOST_LISTS})
    try:
        with transaction.atomic():
            made = Shortlist.objects.create(merchant_id=merchant_id, name=name.strip(), user_id=by.user_id, created_at=at)
    except IntegrityError as error:
        raise NameTaken(_("There is a list of this name already. Choose another name.")) from error
    record(merchant_id=merchant_id, by=by, action="shortlists.list.created", facts={"shortlist": made.pk, "name": made.name})
    return made


def rename_shortlist(*, merchant_id: int, shortlist_id: int, name: str, by: Actor) -> None:
    """NotFound, NameTaken."""
    with scope(merchant_id, durable=True):
        found = access_shortlist(merchant_id=merchant_id, pk=shortlist_id, lock=True)
        before, found.name = found.name, name.strip()
        try:
            with transaction.atomic():
                found.save(update_fields=["name"])
        except IntegrityError as error:
            raise NameTaken(_("There is a list of this name already. Choose another name.")) from error
        facts = {"shortlist": found.pk, "name": found.name, "before": before}
        record(merchant_id=merchant_id, by=by, action="shortlists.list.renamed", facts=facts)


def delete_shortlist(*, merchant_id: int, shortlist_id: int, by: Actor, at: datetime) -> None:
    """The list with what is in it, for the whole team. Twice is once. NotFound."""
    with scope(merchant_id, durable=True):
        found = access_shortlist(merchant_id=merchant_id, pk=shortlist_id, lock=True)
        if found.deleted_at is None:
            Shortlist.objects.filter(merchant_id=merchant_id, pk=found.pk).update(deleted_at=at)
            facts = {"shortlist": shortlist_id, "name": found.name}
            record(merchant_id=merchant_id, by=by, action="shortlists.list.deleted", facts=facts)


def keep_listing(
    *,
    merchant_id: int,
    shortlist_id: int | None,
    new_name: str = "",
    listing_id: int,
    listing_slug: str,
    title: str,
    note: str = "",
    by: Actor,
    at: datetime,
) -> ShortlistItem:
    """Put a public listing into a list of the team, or into a new one when `shortlist_id` is None.

    Keeping it twice changes nothing, but a note is added each time. NotFound, NameTaken, TooMany.
    """
    with scope(merchant_id, durable=True):
        own = {"merchant_id": merchant_id}
        if shortlist_id is None:
            into = _create(merchant_id, new_name, by, at)
        else:
            into = _shown(access_shortlist(merchant_id=merchant_id, pk=shortlist_id, lock=True))
        if (
            ShortlistItem.objects.filter(**own, **SHOWN, shortlist_id=into.pk).exclude(listing_id=listing_id).count()
            >= MOST_ITEMS
        ):
            raise TooMany(_("This list holds %(most)s listings already. Start another one.") % {"most": MOST_ITEMS})
        item, new = ShortlistItem.objects.get_or_create(
            **own,
            shortlist_id=into.pk,
            listing_id=listing_id,
            defaults={"listing_slug": listing_slug, "title": title[:200], "user_id": by.user_id, "created_at": at},
        )
        if item.deleted_at is not None:
            item.deleted_at, item.user_id, item.created_at, new = None, by.user_id, at, True
            item.save(update_fields=["deleted_at", "user_id", "created_at"])
        if new:
            facts = {"shortlist": into.pk, "listing": listing_slug}
            record(merchant_id=merchant_id, by=by, action="shortlists.listing.kept", facts=facts)
        if note.strip():
            _note(item, note, by, at)
        return item


def _shown(found: Shortlist) -> Shortlist:
    if found.deleted_at is not None:
        raise NotFound(f"shortlist {found.pk}")
    return found


def drop_listing(*, merchant_id: int, item_id: int, by: Actor, at: datetime) -> ShortlistItem:
    """Take a listing out of a list, with its notes. Twice is once. NotFound."""
    with scope(merchant_id, durable=True):
        item = access_item(merchant_id=merchant_id, pk=item_id, lock=True)
        if item.deleted_at is None:
            ItemNote.objects.filter(merchant_id=merchant_id, item_id=item.pk, **SHOWN).update(deleted_at=at)
            ShortlistItem.objects.filter(merchant_id=merchant_id, pk=item.pk).update(deleted_at=at)
            facts = {"shortlist": item.shortlist_id, "listing": item.listing_slug}
            record(merchant_id=merchant_id, by=by, action="shortlists.listing.dropped", facts=facts)
        return item


def write_note(*, merchant_id: int, item_id: int, text: str, by: Actor, at: datetime) -> ShortlistItem:
    """Say something about a kept listing; the whole team reads it. NotFound."""
    with scope(merchant_id, durable=True):
        item = access_item(merchant_id=merchant_id, pk=item_id, lock=True)
        _note(item, text, by, at)
        return item


def _note(item: ShortlistItem, text: str, by: Actor, at: datetime) -> None:
    note = ItemNote.objects.create(
        merchant_id=item.merchant_id, item_id=item.pk, text=text.strip(), user_id=by.user_id, created_at=at
    )
    facts = {"shortlist": item.shortlist_id, "listing": item.listing_slug, "note": note.pk}
    record(merchant_id=item.merchant_id, by=by, action="shortlists.note.written", facts=facts)


def delete_note(*, merchant_id: int, note_id: int, of_anybody: bool = False, by: Actor, at: datetime) -> ShortlistItem:
    """People take back their own notes, and who manages the team those of anybody. Twice is once. NotFound, NotAllowed."""
    with scope(merchant_id, durable=True):
        note = access_note(merchant_id=merchant_id, pk=note_id)
        item: ShortlistItem = note.item
        if not of_anybody and (note.user_id is None or note.user_id != by.user_id):
            raise NotAllowed(_("Only the person who wrote a note, or an administrator, can delete it."))
        if note.deleted_at is None:
            ItemNote.objects.filter(merchant_id=merchant_id, pk=note.pk).update(deleted_at=at)
            facts = {"shortlist": item.shortlist_id, "listing": item.listing_slug, "note": note_id}
            record(merchant_id=merchant_id, by=by, action="shortlists.note.deleted", facts=facts)
        return item


def save_search(*, merchant_id: int, name: str, query: str, by: Actor, at: datetime) -> SavedSearch:
    """Keep a search for the team. The same search is kept once: saving it again renames it. TooMany."""
    with scope(merchant_id, durable=True):
        own = SavedSearch.objects.filter(merchant_id=merchant_id, **SHOWN)
        if own.exclude(query=query).count() >= MOST_SEARCHES:
            raise TooMany(_("There are %(most)s saved searches already. Delete one first.") % {"most": MOST_SEARCHES})
        saved, _new = SavedSearch.objects.update_or_create(
            merchant_id=merchant_id,
            query=query,
            defaults={"name": name.strip(), "deleted_at": None},
            create_defaults={"name": name.strip(), "user_id": by.user_id, "created_at": at, "seen_at": at},
        )
        facts = {"search": saved.pk, "name": saved.name, "query": query}
        record(merchant_id=merchant_id, by=by, action="shortlists.search.saved", facts=facts)
        return saved


def open_search(*, merchant_id: int, search_id: int, at: datetime) -> SavedSearch:
    """Somebody looks at its hits: from now on only later ones are new. Looking is not audited. NotFound."""
    with scope(merchant_id, durable=True):
        found = access_search(merchant_id=merchant_id, pk=search_id)
        SavedSearch.objects.filter(merchant_id=merchant_id, pk=found.pk, seen_at__lt=at).update(seen_at=at)
        return found


def delete_search(*, merchant_id: int, search_id: int, by: Actor, at: datetime) -> SavedSearch:
    """Twice is once. NotFound."""
    with scope(merchant_id, durable=True):
        found = access_search(merchant_id=merchant_id, pk=search_id)
        if found.deleted_at is None:
            SavedSearch.objects.filter(merchant_id=merchant_id, pk=found.pk).update(deleted_at=at)
            facts = {"search": search_id, "name": found.name, "query": found.query}
            record(merchant_id=merchant_id, by=by, action="shortlists.search.deleted", facts=facts)
        return found
