"""Every address tried as everybody who has no business there, and as those who have."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from marketplace.accounts.models import Membership, User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Permission, Role, permissions_of
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.guard import tenant_tables
from marketplace.tenancy.scope import scope
from tests import cast
from tests.tenancy.access import ADDRESSES, IN_THE_QUERY
from tests.tenancy.address import HOLDERS, OF_BOTH, OF_PROVIDERS, Address
from tests.tenancy.forms import HARMLESS
from tests.tenancy.public import API, FILES, LINKS, PUBLIC, PUBLIC_OBJECTS, STAFF, THIRD_PARTY
from tests.tenancy.test_strangers import mutated
from tests.tenancy.world import Filled, World, fingerprint, names_of_urls

CROSSINGS = [(name, method) for name, address in ADDRESSES.items() for method in address.rights]
OBJECTS = [(name, method) for name, method in CROSSINGS if ADDRESSES[name].names and not ADDRESSES[name].is_open]
LISTS = [(name, method) for name, method in CROSSINGS if not ADDRESSES[name].names]
READS = [(name, method) for name, method in CROSSINGS if method == "GET"]
WRITES = [(name, method) for name, method in CROSSINGS if method == "POST"]
MISSING = 2**62


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch, world: World, tmp_path: Any) -> list[tuple[str, dict[str, Any]]]:
    """Tasks are recorded, not sent; uploads go to a folder of the test's."""
    from celery.app.task import Task

    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: sent.append((task.name, kwargs or {})))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    cache.clear()
    return sent


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


#: What these make or fetch is in their answer, and nowhere else.
SHOWN_ONCE = {
    "desk_talks:evidence",
    "earnings:slip",
    "exit:download",
    "fapiao:paper",
    "invoices:paper",
    "own_fapiao:paper",
    "keys:home",
    "money:proof",
    "onboarding:document",
    "talks:evidence",
}
#: What differs between two answers to the same person: the token, and the address the language switch goes back to.
VARYING = r'name="csrfmiddlewaretoken" value="\w+"|&quot;X-CSRFToken&quot;: &quot;\w+&quot;|name="next" value="[^"]*"'


def body(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return re.sub(VARYING, "", content.decode())


def ask(client: Client, name: str, method: str, of: Filled, **path: Any) -> HttpResponse:
    address: Address = ADDRESSES[name]
    url = address.url(name, of, **path)
    return client.get(url) if method == "GET" else client.post(url, address.data(of))


# The list is complete.


def test_every_address_has_its_row() -> None:
    found = {name for name, _entry in names_of_urls(get_resolver().url_patterns)}
    ours = {name for name in found if not name.startswith(tuple(THIRD_PARTY))}
    assert ours == set(ADDRESSES) | set(PUBLIC) | set(PUBLIC_OBJECTS) | set(LINKS) | set(FILES) | set(API) | set(STAFF)


def test_every_group_of_others_is_really_there() -> None:
    found = {name for name, _entry in names_of_urls(get_resolver().url_patterns)}
    assert all(any(name.startswith(prefix) for name in found) for prefix in THIRD_PARTY)


def test_an_address_without_a_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(ADDRESSES, "ledger:home")
    with pytest.raises(AssertionError):
        test_every_address_has_its_row()


@pytest.mark.parametrize("kind", ["merchant", "provider"])
def test_rights_are_those_of_the_list(kind: str) -> None:
    assert set(HOLDERS) == set(Permission.values)
    possible = set(HOLDERS) - OF_PROVIDERS if kind == "merchant" else OF_PROVIDERS | OF_BOTH
    for role in Role.values:
        held = {right for right in possible if role in HOLDERS[right]}
        assert permissions_of(role, may_export=False, kind=kind) == held, role
        assert permissions_of(role, may_export=True, kind=kind) == held | {"export"}
    assert permissions_of("emperor", may_export=False, kind=kind) == set()


@pytest.mark.parametrize(("name", "method"), CROSSINGS)
def test_the_other_kind_of_organization_is_refused(world: World, name: str, method: str) -> None:
    """An owner of a provider has no business in a merchant's console, and the other way round."""
    address = ADDRESSES[name]
    if address.rights[method] in OF_BOTH:
        return
    ours, _stranger = world.pair(address.kind)
    visitor = world.acme.owner if address.kind == "provider" else world.studio.owner
    before = fingerprint(ours.id)
    assert ask(signed_in(visitor), name, method, ours).status_code == 403
    assert fingerprint(ours.id) == before


# Nobody.


@pytest.mark.parametrize(("name", "method"), CROSSINGS)
def test_people_who_are_not_signed_in_are_sent_to_sign_in(world: World, name: str, method: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    before = fingerprint(ours.id)
    found = ask(Client(), name, method, ours)
    assert (found.status_code, found.url.split("?")[0]) == (302, reverse("account_login"))
    assert fingerprint(ours.id) == before


def test_the_admin_and_the_gallery_are_for_staff(world: World) -> None:
    client = signed_in(world.acme.owner)
    assert client.get(reverse("ui:gallery")).status_code == 404
    assert client.get(reverse("admin:login")).status_code == 403
    names = [name for name, entry in names_of_urls(get_resolver().url_patterns) if name.startswith("admin:")]
    tried = {name: client.get(url) for name in names if (url := without_arguments(name))}
    assert len(tried) > 10
    doors = (reverse("admin:login"), reverse("account_login"), reverse("admin:index"))
    for name, found in tried.items():
        assert found.status_code == 403 or (found.status_code == 302 and found.url.split("?")[0] in doors), name


def without_arguments(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


# The stranger, owner of another merchant.


@pytest.mark.parametrize(("name", "method"), OBJECTS)
def test_a_foreign_object_looks_like_a_missing_one(world: World, nudges: list[Any], name: str, method: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    before, client = fingerprint(ours.id), signed_in(stranger.owner)
    keyword = ADDRESSES[name].keyword
    nowhere: dict[str, Any] = {keyword: MISSING if keyword == "pk" else "nothing-of-this-name"}
    foreign, missing = ask(client, name, method, ours), ask(client, name, method, ours, **nowhere)
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert body(foreign) == body(missing)
    assert (fingerprint(ours.id), nudges) == (before, [])


@pytest.mark.parametrize(("name", "method"), [c for c in READS if c in LISTS])
def test_lists_show_the_strangers_own_rows_only(world: World, name: str, method: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    found = ask(signed_in(stranger.owner), name, method, stranger)
    text = body(found)
    assert (found.status_code, "acme" in text.lower()) == (200, False)
    own = body(ask(signed_in(ours.owner), name, method, ours)).lower()
    assert "acme" in own or name in SILENT, "the same page of acme's names acme, so that its absence means something"


SILENT = {
    "funnel:export",
    "leads:export_open",
    "ledger:export",
    "price_protection:preview",
    "refund_retention:preview",
    "presale_balance:preview",
}


@pytest.mark.parametrize("name", IN_THE_QUERY)
def test_a_foreign_object_in_the_query_looks_like_a_missing_one(world: World, name: str) -> None:
    key, kind = IN_THE_QUERY[name]
    client, url = signed_in(world.other.owner), reverse(name)
    foreign, missing = client.get(url, {key: world.acme.ids[kind]}), client.get(url, {key: MISSING})
    assert (foreign.status_code, missing.status_code, body(foreign)) == (404, 404, body(missing))
    assert signed_in(world.acme.owner).get(url, {key: world.acme.ids[kind]}).status_code == 200


@pytest.mark.parametrize("name", [name for name, address in ADDRESSES.items() if address.is_open])
def test_an_open_object_is_seen_by_strangers_and_a_missing_one_by_nobody(world: World, name: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    client = signed_in(stranger.owner)
    found, missing = ask(client, name, "GET", ours), ask(client, name, "GET", ours, pk=MISSING)
    assert (found.status_code, missing.status_code, "acme" in body(found).lower()) == (200, 404, False)


def test_a_foreign_shop_in_a_filter_or_form_is_refused(world: World) -> None:
    client, theirs = signed_in(world.other.owner), world.acme.merchant.shop.pk
    for name in ("orders:list", "skus:list"):
        found = client.get(reverse(name), {"shop": theirs})
        assert (found.status_code, "Select a valid choice" in body(found), "acme" in body(found).lower()) == (200, True, False)
    address, before = ADDRESSES["imports:list"], fingerprint(world.acme.id)
    found = client.post(reverse("imports:list"), {**address.data(world.other), "shop": theirs})
    assert (found.status_code, fingerprint(world.acme.id)) == (400, before)
    found = client.post(
        reverse("imports:prices"), {**ADDRESSES["imports:prices"].data(world.other), "price_shop": theirs}, follow=True
    )
    assert ("Select a valid choice" in body(found), fingerprint(world.acme.id)) == (True, before)


def test_a_session_that_names_another_organization_is_ignored(world: World) -> None:
    client = signed_in(world.other.owner)
    session = client.session
    session["organization_id"] = world.acme.id
    session.save()
    assert "acme" not in body(client.get(reverse("orders:list"))).lower()
    assert client.get(reverse("orders:detail", args=[world.acme.ids["order"]])).status_code == 404


@pytest.mark.parametrize(("name", "method"), [c for c in WRITES if c in LISTS])
def test_what_the_stranger_writes_changes_nothing_of_acme(world: World, name: str, method: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    before = fingerprint(ours.id)
    forged = {"merchant_id": ours.id, "merchant": "acme", "organization": ours.id, "run": ours.ids.get("run", ours.id)}
    found = signed_in(stranger.owner).post(reverse(name), {**ADDRESSES[name].data(stranger), **forged})
    assert found.status_code in (200, 302)
    assert fingerprint(ours.id) == before


# Without our own filters the database alone must keep the tenants apart.


@pytest.fixture
def unfiltered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every condition on the merchant is dropped from every query."""
    real = QuerySet._filter_or_exclude_inplace

    def blind(self: Any, negate: bool, args: Any, kwargs: dict[str, Any]) -> None:
        kept = {key: value for key, value in kwargs.items() if not key.endswith(("merchant_id", "provider_id"))}
        real(self, negate, args, kept)

    monkeypatch.setattr(QuerySet, "_filter_or_exclude_inplace", blind)


@pytest.mark.parametrize(("name", "method"), OBJECTS)
def test_foreign_objects_stay_hidden_without_our_filters(unfiltered: None, world: World, name: str, method: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    before = fingerprint(ours.id)
    assert ask(signed_in(stranger.owner), name, method, ours).status_code == 404
    assert fingerprint(ours.id) == before


@pytest.mark.parametrize(("name", "method"), [c for c in READS if c in LISTS])
def test_lists_stay_apart_without_our_filters(unfiltered: None, world: World, name: str, method: str) -> None:
    _ours, stranger = world.pair(ADDRESSES[name].kind)
    assert "acme" not in body(ask(signed_in(stranger.owner), name, method, stranger)).lower()


@pytest.fixture
def no_row_level_security(world: World) -> Iterator[None]:
    tables = sorted(set(tenant_tables()) - {"accounts_membership", "accounts_organization"})
    change = ";".join(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY" for table in tables)
    with mutated("", change, change.replace("DISABLE", "ENABLE")):
        yield


def test_without_either_the_stranger_sees_everything(unfiltered: None, no_row_level_security: None, world: World) -> None:
    client = signed_in(world.other.owner)
    assert "acme" in body(client.get(reverse("orders:list"))).lower()
    assert client.get(reverse("orders:detail", args=[world.acme.ids["order"]])).status_code == 200


def test_our_filters_alone_keep_tenants_apart(no_row_level_security: None, world: World) -> None:
    clients = {stranger.id: signed_in(stranger.owner) for stranger in (world.other, world.rival)}
    for name, method in READS:
        ours, stranger = world.pair(ADDRESSES[name].kind)
        found = ask(clients[stranger.id], name, method, ours if ADDRESSES[name].names else stranger)
        hidden = ADDRESSES[name].names and not ADDRESSES[name].is_open
        assert found.status_code == (404 if hidden else 200), name
        assert "acme" not in body(found).lower(), name


# Members.


@pytest.mark.parametrize(("name", "method"), CROSSINGS)
def test_members_without_the_right_are_refused(world: World, nudges: list[Any], name: str, method: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    lacking = sorted(set(Role.values) - HOLDERS[ADDRESSES[name].rights[method]])
    before = fingerprint(ours.id)
    found = {role: ask(signed_in(ours.members[role]), name, method, ours).status_code for role in lacking}
    assert found == dict.fromkeys(lacking, 403)
    assert (fingerprint(ours.id), nudges) == (before, [])


@pytest.mark.parametrize(("name", "method"), READS)
def test_members_with_the_right_read(world: World, name: str, method: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    holders = sorted(HOLDERS[ADDRESSES[name].rights[method]])
    found = {role: ask(signed_in(ours.members[role]), name, method, ours).status_code for role in holders}
    assert found == dict.fromkeys(holders, 200)


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_members_with_the_right_write(world: World, nudges: list[Any], name: str, method: str) -> None:
    ours, stranger = world.pair(ADDRESSES[name].kind)
    holders = sorted(HOLDERS[ADDRESSES[name].rights[method]])
    before, other = fingerprint(ours.id), fingerprint(stranger.id)
    found = {role: ask(signed_in(ours.members[role]), name, method, ours) for role in holders}
    expected = 200 if name in SHOWN_ONCE else 302
    assert {role: response.status_code for role, response in found.items()} == dict.fromkeys(holders, expected)
    assert not any(response.headers.get("Location", "").startswith("/accounts/") for response in found.values())
    assert fingerprint(ours.id) != before or nudges or name in HARMLESS
    assert {values["merchant_id"] for _task, values in nudges} <= {ours.id}
    assert fingerprint(stranger.id) == other


def test_exporting_is_a_right_of_its_own(world: World) -> None:
    clerk = ensure_user(email="clerk@acme.example", password=cast.PASSWORD)
    add_member(organization_id=world.acme.id, user=clerk, role=Role.VIEWER, may_export=True, by=CLI)
    assert signed_in(clerk).get(reverse("orders:export")).status_code == 200
    assert signed_in(clerk).get(reverse("ledger:home")).status_code == 403


@pytest.mark.parametrize(("name", "method"), CROSSINGS)
def test_a_member_who_was_removed_is_out_at_once(world: World, name: str, method: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    leaver = ensure_user(email=f"leaver@{ours.merchant.slug}.example", password=cast.PASSWORD)
    add_member(organization_id=ours.id, user=leaver, role=Role.OWNER, may_export=True, by=CLI)
    client = signed_in(leaver)
    assert client.get(reverse("messages:notices")).status_code == 200
    with scope(ours.id):
        Membership.objects.filter(user=leaver).delete()
    before = fingerprint(ours.id)
    found = ask(client, name, method, ours)
    assert found.status_code == 403
    assert "ACME-" not in body(found)
    assert fingerprint(ours.id) == before


def test_an_account_that_was_closed_is_signed_out(world: World) -> None:
    leaver = ensure_user(email="closed@acme.example", password=cast.PASSWORD)
    add_member(organization_id=world.acme.id, user=leaver, role=Role.OWNER, may_export=True, by=CLI)
    client = signed_in(leaver)
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    assert client.get(reverse("orders:list")).status_code == 302


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_other_methods_are_refused(world: World, name: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    client, address = signed_in(ours.owner), ADDRESSES[name]
    known = set(address.rights) | ({"HEAD"} if "GET" in address.rights else set())
    before = fingerprint(ours.id)
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - known:
        assert client.generic(method, address.url(name, ours)).status_code == 405, method
    assert fingerprint(ours.id) == before


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_a_form_of_another_site_is_refused(world: World, name: str, method: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ours.owner, backend="django.contrib.auth.backends.ModelBackend")
    before = fingerprint(ours.id)
    assert ask(client, name, method, ours).status_code == 403
    assert fingerprint(ours.id) == before


@pytest.mark.parametrize("name", sorted(name for name, method in READS))
def test_private_pages_are_not_kept_by_caches(world: World, name: str) -> None:
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    found = ask(signed_in(ours.owner), name, "GET", ours)
    assert "Cookie" in found.get("Vary", "")


@pytest.mark.parametrize("name", sorted(LINKS))
def test_a_link_that_is_none_opens_nothing(world: World, name: str) -> None:
    for method in ("get", "post"):
        found = getattr(Client(), method)(reverse(name, kwargs={"token": "none"}))
        assert found.status_code == 404
        assert "acme" not in body(found).lower()


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_is_not_there_is_not_found(world: World, name: str) -> None:
    assert Client().get(reverse(name, kwargs=FILES[name])).status_code == 404


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_public_addresses_name_no_tenant(world: World, name: str) -> None:
    found = Client().get(reverse(name))
    assert found.status_code in (200, 302, 503, 405)
    # What the studio published is everybody's; the merchants are nobody's business.
    assert "acme" not in body(found).lower().replace("acme-studio", "")


@pytest.mark.parametrize("name", sorted(PUBLIC_OBJECTS))
def test_a_public_page_of_nothing_is_missing(world: World, name: str) -> None:
    for client in (Client(), signed_in(world.acme.owner), signed_in(world.studio.owner)):
        assert client.get(reverse(name, kwargs=PUBLIC_OBJECTS[name])).status_code == 404
