"""The scope: what the database shows now, put back whatever happens, and never left behind."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from marketplace.accounts.middleware import TenantMiddleware
from marketplace.accounts.models import Membership, Organization
from marketplace.accounts.operations import create_organization
from marketplace.accounts.queries import memberships_of, organization_id
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.guard import UnscopedQuery
from marketplace.tenancy.scope import Scope, current, scope
from merchants.models import Shop
from merchants.queries import shop_by_name
from tests.tenancy.world import World

SETTINGS = "SELECT current_setting('app.tenant', true), current_setting('app.user', true)"


def setting() -> tuple[str, str]:
    """The tenant and the user the database answers for; NULL and '' are both nothing."""
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        tenant, user = cursor.fetchone()
    return tenant or "", user or ""


@pytest.fixture(autouse=True)
def nothing_is_left_behind(world: World) -> Iterator[None]:
    yield
    assert not connection.in_atomic_block
    assert (setting(), current()) == (("", ""), None)


def shops() -> set[str]:
    return {f"{merchant_id}" for merchant_id in Shop.objects.values_list("merchant_id", flat=True)}


def test_a_scope_shows_its_tenant_and_the_next_transaction_nothing(world: World) -> None:
    with scope(world.acme.id):
        assert shops() == {str(world.acme.id)}
    with transaction.atomic():
        assert setting() == ("", "")


def test_an_inner_scope_gives_way_to_the_outer_one(world: World) -> None:
    with scope(world.acme.id, user_id=7):
        with scope(world.other.id):
            assert (shops(), setting()) == ({str(world.other.id)}, (str(world.other.id), ""))
        assert (shops(), setting()) == ({str(world.acme.id)}, (str(world.acme.id), "7"))


def test_a_scope_inside_a_plain_transaction_ends_there(world: World) -> None:
    with transaction.atomic():
        with scope(world.acme.id):
            assert shops() == {str(world.acme.id)}
        assert setting() == ("", "")
        with pytest.raises(UnscopedQuery):
            shops()


def test_an_exception_inside_puts_the_outer_scope_back(world: World) -> None:
    with scope(world.acme.id):
        with pytest.raises(ZeroDivisionError), scope(world.other.id):
            raise ZeroDivisionError
        assert shops() == {str(world.acme.id)}


def test_a_failed_statement_inside_puts_the_outer_scope_back(world: World) -> None:
    with scope(world.acme.id):
        with pytest.raises(DatabaseError), scope(world.other.id), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert (shops(), current().tenant_id) == ({str(world.acme.id)}, world.acme.id)


def test_a_rolled_back_savepoint_puts_the_scope_back(world: World) -> None:
    with scope(world.acme.id):
        with pytest.raises(IntegrityError), transaction.atomic(), scope(world.other.id):
            Shop.objects.create(merchant_id=world.other.id, slug="main", currency="GBP", timezone="UTC")
        assert shops() == {str(world.acme.id)}


def test_a_caught_rollback_marker_leaks_nothing(world: World) -> None:
    with scope(world.acme.id):
        with scope(world.other.id):
            transaction.set_rollback(True)
        assert shops() == {str(world.acme.id)}


def test_nothing_leaks_after_an_exception(world: World) -> None:
    with pytest.raises(ZeroDivisionError), scope(world.acme.id, user_id=3):
        raise ZeroDivisionError
    with transaction.atomic():
        assert setting() == ("", "")


def test_a_scope_refuses_rows_of_another_tenant(world: World) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), scope(world.other.id):
        Shop.objects.create(merchant_id=world.acme.id, slug="theirs", currency="GBP", timezone="UTC")


def test_a_query_without_a_scope_raises_instead_of_showing_nothing() -> None:
    with pytest.raises(UnscopedQuery, match="merchants_shop needs a scope"):
        shops()
    with pytest.raises(UnscopedQuery), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_ledgerentry")
    with pytest.raises(UnscopedQuery), connection.cursor() as cursor:
        cursor.executemany("UPDATE store_sku SET title = %s", [["a"], ["b"]])


def test_the_guard_reads_composed_statements_too() -> None:
    from psycopg2 import sql

    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("merchants_shop"))
    with pytest.raises(UnscopedQuery), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_scope_without_a_tenant_shows_no_rows(world: World) -> None:
    with scope():
        assert shops() == set()
    with scope(user_id=world.acme.owner.pk):
        assert shops() == set()


@pytest.mark.parametrize("bad", ["1'; SET app.tenant = '2", "43 OR true", "", "０x", object()])
def test_a_scope_is_a_whole_number(bad: Any) -> None:
    with pytest.raises((ValueError, TypeError)), scope(bad):
        pytest.fail("a scope was opened")
    with pytest.raises((ValueError, TypeError)), scope(1, user_id=bad):
        pytest.fail("a scope was opened")


def test_the_literal_is_written_by_int(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3) as seen, scope(world.acme.id, user_id=9):
        pass
    assert seen[1]["sql"] == f"SET LOCAL app.tenant = '{world.acme.id}'; SET LOCAL app.\"user\" = '9'"


def test_a_scope_that_shows_the_same_says_nothing_to_the_database(world: World, django_assert_num_queries: Any) -> None:
    with scope(world.acme.id, user_id=9):
        with django_assert_num_queries(0), scope(world.acme.id, user_id=9, savepoint=False):
            pass
        with django_assert_num_queries(2), scope(world.acme.id, savepoint=False):  # nobody in particular: there and back
            assert current() == Scope(world.acme.id)
        assert setting() == (str(world.acme.id), "9")


def test_what_is_raised_without_a_savepoint_undoes_all_of_the_transaction(world: World) -> None:
    """Also where somebody catches it: half of an act must not stay."""
    with pytest.raises(TransactionManagementError), scope(world.acme.id):
        with pytest.raises(ZeroDivisionError), scope(world.other.id, savepoint=False):
            raise ZeroDivisionError
        shops()
    with scope(world.acme.id):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), scope(world.other.id, savepoint=False):
            Shop.objects.filter(merchant_id=world.other.id).update(name="half")
            raise ZeroDivisionError
        assert (shops(), setting()) == ({str(world.acme.id)}, (str(world.acme.id), ""))
    with scope(world.other.id):
        assert not Shop.objects.filter(name="half").exists()


def test_a_durable_scope_refuses_to_nest(world: World) -> None:
    with scope(world.acme.id), pytest.raises(RuntimeError, match="durable"), scope(world.acme.id, durable=True):
        pytest.fail("a durable scope was nested")


def test_a_read_only_scope_writes_nothing(world: World) -> None:
    with pytest.raises(DatabaseError, match="read-only"), scope(world.acme.id, read_only=True):
        Shop.objects.filter(merchant_id=world.acme.id).update(name="changed")


def answer(user: Any, method: str, view: Any) -> HttpResponse:
    request = RequestFactory().generic(method, "/orders/")
    request.user, request.session = user, {}
    return TenantMiddleware(view)(request)


def test_safe_requests_run_in_one_read_only_transaction_of_the_tenant(world: World) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return HttpResponse(f"{cursor.fetchone()[0]} {setting()} {connection.in_atomic_block}")

    expected = f"on {(str(world.acme.id), str(world.acme.owner.pk))} True"
    assert answer(world.acme.owner, "GET", view).content.decode() == expected
    assert answer(world.acme.owner, "HEAD", view).content.decode() == expected


def test_unsafe_requests_get_no_scope_and_no_transaction(world: World) -> None:
    seen = []
    answer(world.acme.owner, "POST", lambda request: seen.append((connection.in_atomic_block, current())) or HttpResponse())
    assert seen == [(False, None)]


def test_people_see_their_own_memberships_without_a_tenant(world: World) -> None:
    owner, stranger = world.acme.owner, world.other.owner
    assert [m.organization_id for m in memberships_of(user_id=owner.pk)] == [world.acme.id]
    with scope(user_id=owner.pk):
        assert set(Membership.objects.values_list("user_id", "organization_id")) == {(owner.pk, world.acme.id)}
        assert set(Organization.objects.values_list("pk", flat=True)) == {world.acme.id}
        assert not Membership.objects.filter(user_id=stranger.pk).exists()


def test_people_change_no_membership_without_a_tenant(world: World) -> None:
    with scope(user_id=world.acme.owner.pk):
        assert Membership.objects.update(role="viewer") == 0
        assert Membership.objects.all().delete()[0] == 0
        assert Organization.objects.update(name="mine") == 0


def test_nobody_makes_himself_a_member(world: World) -> None:
    stranger = world.other.owner
    for opened in ({"user_id": stranger.pk}, {"tenant_id": world.other.id, "user_id": stranger.pk}):
        with pytest.raises(DatabaseError, match="row-level security"), scope(**opened):
            Membership.objects.create(organization_id=world.acme.id, user=stranger, role="owner")


def columns(statement: str, *values: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [column.name for column in cursor.description]


def test_look_ups_without_a_scope_return_ids_only(world: World) -> None:
    assert columns("SELECT * FROM find_organization('acme')") == ["find_organization"]
    assert columns("SELECT * FROM find_shops('acme', 'main')") == ["merchant_id", "shop_id"]
    assert columns("SELECT * FROM create_organization('merchant', 'acme', 'x')") == ["id", "created"]
    assert (organization_id("acme"), shop_by_name("acme/main").pk) == (world.acme.id, world.acme.merchant.shop.pk)
    with pytest.raises(NotFound):
        organization_id("acm_")


def test_an_organization_that_exists_is_not_changed_by_creating_it(world: World) -> None:
    assert create_organization(kind="provider", slug="acme", name="Taken over", by=CLI) == world.acme.id
    with scope(world.acme.id):
        found = Organization.objects.get(pk=world.acme.id)
    assert (found.name, found.kind) == ("acme", "merchant")


def test_two_threads_do_not_share_a_scope(world: World) -> None:
    seen: dict[str, Any] = {}
    inside, done = threading.Event(), threading.Event()

    def stranger() -> None:
        try:
            inside.wait(5)
            seen["unscoped"] = current()
            with scope(world.other.id):
                seen["shops"] = shops()
        finally:
            connections.close_all()
            done.set()

    thread = threading.Thread(target=stranger)
    thread.start()
    with scope(world.acme.id):
        inside.set()
        assert done.wait(5)
        assert shops() == {str(world.acme.id)}
    thread.join()
    assert seen == {"unscoped": None, "shops": {str(world.other.id)}}


def test_a_user_of_no_organization_has_no_tenant(world: World) -> None:
    loner = get_user_model().objects.create_user("loner@nowhere.example", "x" * 20, created_at=datetime.now(UTC))
    seen = []
    answer(loner, "GET", lambda request: seen.append((request.organization, request.rights, setting()[0])) or HttpResponse())
    assert seen == [(None, frozenset(), "")]
