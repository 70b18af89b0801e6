"""What a team keeps: shared, talked about, found again, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.models import User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Role
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from providers.discovery.knowledge import knowledge
from providers.listings.models import PublicListing
from providers.shortlists import operations
from tests import cast
from tests.pages.text import text
from tests.providers.pages.stall import NOW, offer_listing, open_stall

pytestmark = pytest.mark.django_db(transaction=True)
SignIn = Callable[..., Client]


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


@pytest.fixture
def studio() -> cast.Provider:
    made = cast.studio()
    open_stall(made)
    offer_listing(made, 1)
    return made


def colleague(acme: cast.Merchant, role: str = Role.HIRING) -> User:
    user = ensure_user(email=f"{role}@acme.example", password=cast.PASSWORD, name=f"Ms {role}")
    add_member(organization_id=acme.id, user=user, role=role, may_export=False, by=CLI)
    return user


def keep(client: Client, slug: str = "acme-studio-1", **form: str) -> str:
    sent = client.post(f"/shortlists/add/?l={slug}", {"l": slug, "into": "new", "new_name": "For autumn", **form})
    assert sent.status_code == 302, text(sent)
    return sent.url


def test_a_listing_is_kept_with_a_note_and_a_colleague_reads_both(
    acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn
) -> None:
    address = keep(sign_in(acme.owner), note="Ask about Sundays")
    shown = text(sign_in(colleague(acme)).get(address))
    for words in ("For autumn", "Furniture shop operation 1", "Ask about Sundays", "Owner of acme"):
        assert words in shown, words
    assert "Ask about Sundays" in text(sign_in(colleague(acme, Role.VIEWER)).get(address))


def test_who_may_only_look_is_offered_nothing_to_press(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    address = keep(sign_in(acme.owner))
    viewer = sign_in(colleague(acme, Role.VIEWER))
    assert "Add note" not in text(viewer.get(address)) and "Save" not in text(viewer.get("/listings/acme-studio-1/"))
    assert "In 1 shortlist" in text(sign_in(colleague(acme)).get("/listings/acme-studio-1/"))


def test_a_name_that_is_taken_is_said_and_what_was_typed_is_kept(
    acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn
) -> None:
    client = sign_in(acme.owner)
    keep(client)
    form = {"l": "acme-studio-1", "into": "new", "new_name": "For autumn", "note": "typed with care"}
    again = client.post("/shortlists/add/?l=acme-studio-1", form)
    assert (again.status_code, "There is a list of this name already" in text(again)) == (400, True)
    assert "typed with care" in again.content.decode()
    assert "Give the new list a name." in text(client.post("/shortlists/add/", {"l": "acme-studio-1", "into": "new"}))


def test_what_is_dropped_comes_back_when_it_is_kept_again(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    by, client = person(acme.owner.pk), sign_in(acme.owner)
    address = keep(client)
    kept = {"merchant_id": acme.id, "listing_id": studio.id * 1000 + 1, "listing_slug": "acme-studio-1", "title": "t", "by": by}
    shortlist_id = int(address.split("/")[2])
    item = operations.keep_listing(**kept, shortlist_id=shortlist_id, at=NOW)
    client.post(f"/shortlists/items/{item.pk}/drop/")
    assert "This list is empty" in text(client.get(address))
    assert operations.keep_listing(**kept, shortlist_id=shortlist_id, at=NOW).pk == item.pk
    assert "Furniture shop operation 1" in text(client.get(address))


def test_a_listing_that_left_the_market_is_still_named(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    client = sign_in(acme.owner)
    address = keep(client)
    with scope(studio.id):
        PublicListing.objects.all().delete()
    shown = text(client.get(address))
    assert "Furniture shop operation 1" in shown and "This service is not on offer now." in shown


def test_the_list_of_another_merchant_is_missing(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    address, stranger = keep(sign_in(acme.owner)), sign_in(cast.other().owner)
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}delete/").status_code == 404
    into = address.split("/")[2]
    forged = stranger.post("/shortlists/add/", {"l": "acme-studio-1", "into": into})
    assert (forged.status_code, "Select a valid choice" in text(forged)) == (400, True)


def test_people_delete_their_own_notes_and_administrators_any(
    acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn
) -> None:
    hirer = colleague(acme)
    address = keep(sign_in(acme.owner), note="from the owner")
    item = operations.write_note(
        merchant_id=acme.id, item_id=_item(acme), text="from hiring", by=person(hirer.pk), at=NOW + timedelta(hours=1)
    )
    owners, hirers = _notes(acme)
    sign_in(hirer).post(f"/shortlists/notes/{owners}/drop/")
    assert "from the owner" in text(sign_in(hirer).get(address))
    sign_in(acme.owner).post(f"/shortlists/notes/{hirers}/drop/")
    assert "from hiring" not in text(sign_in(hirer).get(address)) and item.pk == _item(acme)


def _item(acme: cast.Merchant) -> int:
    from providers.shortlists.models import ShortlistItem

    with scope(acme.id):
        return ShortlistItem.objects.get(merchant_id=acme.id).pk


def _notes(acme: cast.Merchant) -> list[int]:
    from providers.shortlists.models import ItemNote

    with scope(acme.id):
        return list(ItemNote.objects.filter(merchant_id=acme.id).order_by("pk").values_list("pk", flat=True))


def test_a_saved_search_counts_what_came_since(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    client = sign_in(acme.owner)
    client.post("/searches/save/?q=furniture&platform=jd&page=3", {"name": "Furniture"})
    assert "Nothing new" in text(client.get("/shortlists/"))
    later = NOW.replace(year=2999)
    offer_listing(studio, 2, published_at=later)
    offer_listing(studio, 3, published_at=later, platforms=["tmall"])
    assert "1 new" in text(client.get("/shortlists/"))
    with scope(acme.id):
        from providers.shortlists.models import SavedSearch

        saved = SavedSearch.objects.get(merchant_id=acme.id)
    assert saved.query == "q=furniture&platform=jd"
    operations.open_search(merchant_id=acme.id, search_id=saved.pk, at=later + timedelta(seconds=1))
    assert "Nothing new" in text(client.get("/shortlists/"))
    opened = client.post(f"/searches/{saved.pk}/open/")
    assert opened.url == "/market/?q=furniture&platform=jd&sort=newest"


@pytest.mark.parametrize("path", ["/shortlists/", "/shortlists/{}/"])
def test_a_list_costs_the_same_with_one_and_with_thirty(
    acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn, path: str
) -> None:
    client = sign_in(acme.owner)
    address = path.format(keep(client, note="one").split("/")[2])

    def cost() -> int:
        knowledge()
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    client.post("/searches/save/?q=a0", {"name": "s"})
    one, by = cost(), person(acme.owner.pk)
    for number in range(2, 32):
        offer_listing(studio, number)
        kept = {"listing_id": studio.id * 1000 + number, "listing_slug": f"acme-studio-{number}", "title": "t", "note": "many"}
        operations.keep_listing(merchant_id=acme.id, shortlist_id=int(keep_id(acme)), by=by, at=NOW, **kept)
        operations.save_search(merchant_id=acme.id, name=f"s{number}", query=f"q=a{number}", by=by, at=NOW)
    assert cost() == one


def keep_id(acme: cast.Merchant) -> int:
    from providers.shortlists.models import Shortlist

    with scope(acme.id):
        return Shortlist.objects.get(merchant_id=acme.id).pk


def test_lists_and_searches_have_an_end(acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    by = person(acme.owner.pk)
    monkeypatch.setattr(operations, "MOST_LISTS", 1)
    monkeypatch.setattr(operations, "MOST_SEARCHES", 1)
    first = operations.create_shortlist(merchant_id=acme.id, name="one", by=by, at=NOW)
    operations.save_search(merchant_id=acme.id, name="one", query="q=1", by=by, at=NOW)
    with pytest.raises(operations.TooMany):
        operations.create_shortlist(merchant_id=acme.id, name="two", by=by, at=NOW)
    with pytest.raises(operations.TooMany):
        operations.save_search(merchant_id=acme.id, name="two", query="q=2", by=by, at=NOW)
    operations.save_search(merchant_id=acme.id, name="renamed", query="q=1", by=by, at=NOW)
    operations.delete_shortlist(merchant_id=acme.id, shortlist_id=first.pk, by=by, at=NOW)
    operations.create_shortlist(merchant_id=acme.id, name="one", by=by, at=NOW)


def test_what_was_done_is_on_record(acme: cast.Merchant, studio: cast.Provider, sign_in: SignIn) -> None:
    keep(sign_in(acme.owner), note="hm")
    with scope(acme.id):
        actions = list(
            AuditEvent.objects.filter(merchant_id=acme.id, action__startswith="shortlists").values_list("action", flat=True)
        )
    assert sorted(actions) == ["shortlists.list.created", "shortlists.listing.kept", "shortlists.note.written"]
