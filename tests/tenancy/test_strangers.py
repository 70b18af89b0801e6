"""The same promises, tried on rows: as a stranger, as nobody, and with the promise taken away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.db import connections, transaction
from psycopg2 import errors, sql

from marketplace.tenancy.catalogue import tenancy_faults
from tests.tenancy.tables import OWNERS, READ_BY_PROVIDERS, READ_ONLY, SHARED, TABLES, Catalogue, references
from tests.tenancy.world import World


def attempt(app: Any, tenant: int | None, statement: Any, values: Any = None) -> Any:
    """Run a statement as the application role in a tenant's scope, or in none; always rolled back."""
    try:
        with app.cursor() as cursor:
            if tenant is not None:
                cursor.execute(f"SET LOCAL app.tenant = '{tenant}'")
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else cursor.rowcount
    except psycopg2.Error as error:
        return error
    finally:
        app.rollback()


def row_of(table: str, merchant_id: int, owner: str = "") -> dict[str, Any]:
    """One row of an organization, without generated columns."""
    generated = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'ALWAYS'"
    with connections["owner"].cursor() as cursor:
        cursor.execute(generated, [table])
        computed = {name for (name,) in cursor.fetchall()}
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {owner or OWNERS[table]} = %s LIMIT 1", [merchant_id])
        found = cursor.fetchone()
    assert found, f"nothing of this merchant in {table}: let tests/tenancy/world.py make a row"
    return {name: value for name, value in json.loads(found[0]).items() if name not in computed}


def insertion(table: str, row: dict[str, Any]) -> tuple[Any, list[Any]]:
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    return sql.SQL("INSERT INTO {t} ({n}) SELECT {n} FROM jsonb_populate_record(NULL::{t}, %s::jsonb)").format(
        t=sql.Identifier(table), n=names
    ), [json.dumps(row)]


def trespasses(app: Any, table: str, world: World) -> list[str]:
    """Everything that is wrong with a table's isolation; empty when acme's rows are acme's alone."""
    return [
        fault
        for owner in (OWNERS[table], *([SHARED[table]] if table in SHARED else []))
        for fault in trespasses_of(app, table, owner, world)
    ]


def trespasses_of(app: Any, table: str, owner: str, world: World) -> list[str]:
    """The same for one of the parties, named by its column."""
    ours, stranger = world.pair(owner)
    acme = ours.id
    count, mine = f"SELECT count(*) FROM {table}", f"WHERE {owner} = {acme}"
    found = [] if attempt(app, acme, f"{count} {mine}")[0][0] else ["acme does not see its own rows"]
    copy = insertion(table, row_of(table, acme, owner))
    for name, tenant in (("the stranger", stranger.id), ("nobody", None)):
        if attempt(app, tenant, f"{count} {mine}") != [(0,)]:
            found.append(f"{name} sees rows")
        if tenant is None and attempt(app, None, count) != [(0,)]:
            found.append("rows without a tenant")
        changes = {"changes": f"UPDATE {table} SET {owner} = {owner} {mine}", "deletes": f"DELETE FROM {table} {mine}"}
        for verb, statement in changes.items():
            outcome = attempt(app, tenant, statement)
            if outcome != 0 and not isinstance(outcome, errors.InsufficientPrivilege):
                found.append(f"{name} {verb} rows")
        if not isinstance(attempt(app, tenant, *copy), errors.InsufficientPrivilege):
            found.append(f"{name} may insert")
    given = attempt(app, acme, f"UPDATE {table} SET {owner} = {stranger.id} {mine}")
    only_reads = table in READ_BY_PROVIDERS and owner == SHARED[table] and given == 0  # sees no row to change
    if not isinstance(given, errors.InsufficientPrivilege) and not only_reads:
        found.append("rows can be given away")
    return found


def test_the_setting_is_an_empty_text_after_a_commit(app: Any) -> None:
    assert attempt(app, None, "SELECT current_user, current_setting('app.tenant', true)") == [("shangban_app", "")]


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_their_tenants_alone(app: Any, world: World, table: str) -> None:
    assert trespasses(app, table, world) == []


@contextmanager
def mutated(table: str, change: str, undo: str) -> Iterator[None]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '5s'; {change}")
        try:
            yield
        finally:
            cursor.execute(f"{undo}; RESET lock_timeout")


def mutants(table: str) -> dict[str, tuple[str, str]]:
    condition = f"{OWNERS[table]} = NULLIF(current_setting('app.tenant', true), '')::bigint"
    create = f"CREATE POLICY tenant ON {table} TO shangban_app USING ({condition}) WITH CHECK ({condition})"
    return {
        "policy dropped": (f"DROP POLICY tenant ON {table}", create),
        "reads everything": (
            f"ALTER POLICY tenant ON {table} USING (true)",
            f"ALTER POLICY tenant ON {table} USING ({condition})",
        ),
        "switched off": (f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_loses_its_policy_is_noticed(app: Any, world: World, table: str) -> None:
    for name, (change, undo) in mutants(table).items():
        with mutated(table, change, undo):
            assert trespasses(app, table, world) != [], name
    assert trespasses(app, table, world) == []


@pytest.mark.parametrize("table", sorted(set(TABLES) - READ_ONLY - {"accounts_organization"}))
def test_a_table_that_accepts_foreign_rows_is_noticed(app: Any, world: World, table: str) -> None:
    open_check = f"ALTER POLICY tenant ON {table} WITH CHECK (true)"
    condition = f"{OWNERS[table]} = NULLIF(current_setting('app.tenant', true), '')::bigint"
    with mutated(table, open_check, f"ALTER POLICY tenant ON {table} WITH CHECK ({condition})"):
        assert "the stranger may insert" in trespasses(app, table, world)


STARTS = {
    "policy dropped": "DROP POLICY tenant ON store_buyer",
    "reads everything": "ALTER POLICY tenant ON store_buyer USING (true)",
    "writes everything": "ALTER POLICY tenant ON store_buyer WITH CHECK (true)",
    "another policy": "CREATE POLICY door ON store_buyer FOR UPDATE USING (true)",
    "switched off": "ALTER TABLE store_buyer DISABLE ROW LEVEL SECURITY",
    "not forced": "ALTER TABLE store_buyer NO FORCE ROW LEVEL SECURITY",
    "truncate": "GRANT TRUNCATE ON store_buyer TO shangban_app",
    "plain reference": "ALTER TABLE store_buyer DROP CONSTRAINT store_buyer_shop_id_fk;"
    " ALTER TABLE merchants_shop ADD UNIQUE (id);"
    " ALTER TABLE store_buyer ADD FOREIGN KEY (shop_id) REFERENCES merchants_shop (id)",
}


def test_the_check_at_start_finds_nothing_wrong() -> None:
    assert tenancy_faults() == []


@pytest.mark.parametrize("name", STARTS)
def test_the_check_at_start_notices(name: str, world: World) -> None:
    """Inside a transaction of the owner's that is rolled back: nobody else sees it."""
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor:
        cursor.execute(STARTS[name])
        found = tenancy_faults("owner")
        transaction.set_rollback(True, using="owner")
    assert [fault for fault in found if fault.startswith("store_buyer:")], name


def foreign_parent(cursor: Any, world: World, child: str, parent: str, column: str) -> Any:
    """Point a row of the stranger's at a row of acme's, as the owner of the schema; rolled back."""
    ours, stranger = world.pair(OWNERS[child])
    cursor.execute(f"ALTER TABLE {child} DISABLE TRIGGER USER")  # append-only triggers; foreign keys stay
    cursor.execute(
        f"UPDATE {child} SET {column} = (SELECT id FROM {parent} WHERE {OWNERS[parent]} = %s LIMIT 1)"
        f" WHERE ctid = (SELECT ctid FROM {child} WHERE {OWNERS[child]} = %s LIMIT 1)",
        [ours.id, stranger.id],
    )
    return cursor.rowcount


def try_foreign_parent(world: World, child: str, parent: str, column: str, before: str = "SELECT 1") -> Any:
    made = psycopg2.connect(**connections["owner"].get_connection_params())
    try:
        with made.cursor() as cursor:
            cursor.execute(before)
            return foreign_parent(cursor, world, child, parent, column)
    except psycopg2.Error as error:
        return error
    finally:
        made.rollback()
        made.close()


def test_a_foreign_parent_is_refused(world: World, catalogue: Catalogue) -> None:
    for child, parent, columns, _keys, _validated in references(catalogue):
        assert isinstance(try_foreign_parent(world, child, parent, columns[-1]), errors.ForeignKeyViolation), (child, columns)


def test_without_the_composite_key_a_foreign_parent_is_accepted(world: World, catalogue: Catalogue) -> None:
    for child, parent, columns, _keys, _validated in references(catalogue):
        drop = f"ALTER TABLE {child} DROP CONSTRAINT {child}_{columns[-1]}_fk"
        assert try_foreign_parent(world, child, parent, columns[-1], drop) == 1, (child, columns)


# The functions that run as the owner.


def test_the_ledger_is_written_for_the_tenant_in_scope_only(app: Any, world: World) -> None:
    acme, other = world.acme.id, world.other.id
    opening = "SELECT open_account(%s, 'refund_funding', 'GBP', NULL)"
    posting = "SELECT post_transfers(%s, 'theft', 'GBP', %s, %s, '{k}', '{1}', now())"
    accounts = attempt(app, acme, "SELECT id FROM ledger_ledgeraccount ORDER BY id LIMIT 2")
    for tenant in (other, None):
        assert isinstance(attempt(app, tenant, opening, [acme]), errors.InsufficientPrivilege)
        assert isinstance(attempt(app, tenant, posting, [acme, *(n for (n,) in accounts)]), errors.InsufficientPrivilege)
    assert isinstance(attempt(app, other, posting, [other, *(n for (n,) in accounts)]), errors.DataException)
    assert attempt(app, acme, posting, [acme, *(n for (n,) in accounts)]) == [(1,)]


def test_a_temporary_table_cannot_take_the_place_of_a_real_one(app: Any, world: World) -> None:
    """A trigger on the impostor would run as the owner of the schema, who may do everything."""
    impostor = (
        "CREATE TEMP TABLE ledger_ledgeraccount (id bigint GENERATED ALWAYS AS IDENTITY, merchant_id bigint, code text,"
        " currency text, balance bigint, floor bigint, UNIQUE (merchant_id, code, currency));"
        "GRANT ALL ON pg_temp.ledger_ledgeraccount TO PUBLIC;"
        "CREATE FUNCTION pg_temp.boast() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'I am %', current_user USING ERRCODE = 'triggered_action_exception'; END $$;"
        "CREATE TRIGGER boast BEFORE INSERT ON pg_temp.ledger_ledgeraccount FOR EACH ROW EXECUTE FUNCTION pg_temp.boast();"
    )
    found = attempt(app, world.acme.id, impostor + f"SELECT open_account({world.acme.id}, 'refund_funding', 'GBP', NULL)")
    real = attempt(app, world.acme.id, "SELECT id FROM ledger_ledgeraccount WHERE code = 'refund_funding' AND currency = 'GBP'")
    assert found == real
