"""What the database promises about every tenant table, read from its catalogue."""

from django.apps import apps

from marketplace.tenancy.models import TenantForeignKey
from tests.tenancy.tables import (
    APPEND_ONLY,
    GLOBAL,
    GLOBAL_UNIQUE,
    MADE_BY_MERCHANTS,
    NEVER_CHANGED,
    NEVER_DELETED,
    OWNERS,
    PLAIN_KEYS,
    POLICIES,
    PUBLIC_TABLES,
    READ_BY_PROVIDERS,
    READ_ONLY,
    REFERENCES,
    SHARED,
    TABLES,
    TRANSACTIONS,
    Catalogue,
    per_table,
    references,
)

OURS = ("marketplace", "merchants", "providers", "orders", "aftersales")


def test_every_table_has_a_tenant_or_a_reason_to_have_none(catalogue: Catalogue) -> None:
    existing = {name for (name,) in catalogue("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert existing - set(TABLES) - set(GLOBAL) - set(PUBLIC_TABLES) == set(), (
        "give these tables a tenant_owner, or a reason in GLOBAL"
    )
    assert set(GLOBAL) & set(TABLES) == set()
    assert (set(GLOBAL) | set(TABLES)) - existing == set()


def test_every_model_of_ours_is_in_one_of_the_lists() -> None:
    models = [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith(OURS)]
    assert {m._meta.db_table for m in models} - set(TABLES) - set(GLOBAL) - set(PUBLIC_TABLES) == set()


def test_nothing_but_tables_shows_rows(catalogue: Catalogue) -> None:
    shows = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')"
    assert catalogue(shows) == [], "a view runs as its owner: give it security_invoker and list it here"


def test_row_level_security_is_on_and_forced(catalogue: Catalogue) -> None:
    rows = catalogue("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = ANY (%s)", TABLES)
    assert per_table(rows) == {table: [(True, True)] for table in TABLES}


def test_the_tenant_policy_compares_the_owner_column_for_reading_and_writing(catalogue: Catalogue) -> None:
    rows = catalogue(
        "SELECT tablename, roles::text[], cmd, permissive, qual, with_check FROM pg_policies WHERE policyname = 'tenant'"
    )
    for table, found in per_table(rows).items():
        condition = f"({OWNERS[table]} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::bigint)"
        assert found == [(["shangban_app"], "ALL", "PERMISSIVE", condition, condition)], table


def test_there_is_no_other_policy_without_a_reason(catalogue: Catalogue) -> None:
    rows = catalogue("SELECT tablename, policyname, cmd FROM pg_policies WHERE policyname <> 'tenant'")
    expected = {(table, name, "SELECT") for table, extra in POLICIES.items() for name in extra}
    assert {row for row in rows if row[0] not in {*PUBLIC_TABLES, *SHARED}} == expected


def test_the_second_party_of_a_shared_table_has_the_same_policy_on_its_own_column(catalogue: Catalogue) -> None:
    rows = catalogue(
        "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE tablename = ANY (%s)", sorted(SHARED)
    )
    for table, party in SHARED.items():
        own = f"({party} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::bigint)"
        found = {tuple(row[1:]) for row in rows if row[0] == table and row[1] != "tenant"}
        if table in MADE_BY_MERCHANTS:
            assert found == {("party_reads", "SELECT", own, None), ("party_changes", "UPDATE", own, own)}, table
        elif table in READ_BY_PROVIDERS:
            assert found == {("party_reads", "SELECT", own, None)}, table
        else:
            assert found == {("party", "ALL", own, own)}, table


def test_a_public_table_is_read_by_everybody_and_written_by_its_owner(catalogue: Catalogue) -> None:
    rows = catalogue("SELECT tablename, cmd, qual, with_check FROM pg_policies WHERE tablename = ANY (%s)", sorted(PUBLIC_TABLES))
    for table, owner in PUBLIC_TABLES.items():
        own = f"({owner} = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::bigint)"
        expected = {("SELECT", "true", None), ("INSERT", None, own), ("UPDATE", own, own), ("DELETE", own, None)}
        assert {tuple(row[1:]) for row in rows if row[0] == table} == expected, table


def test_the_application_has_no_right_that_row_level_security_does_not_see(catalogue: Catalogue) -> None:
    rows = catalogue(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'public'"
        " AND grantee IN ('shangban_app', 'shangban_system', 'PUBLIC')"
        " AND privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')"
    )
    assert rows == []


def test_the_application_has_only_the_rights_a_table_needs(catalogue: Catalogue) -> None:
    rows = catalogue("SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = 'shangban_app'")
    found = {table: set(rights) for table, rights in per_table(rows).items()}
    special = dict.fromkeys(READ_ONLY, "S") | dict.fromkeys(APPEND_ONLY, "IS") | dict.fromkeys(NEVER_DELETED, "ISU")
    special |= dict.fromkeys(NEVER_CHANGED, "DIS")
    expected = dict.fromkeys(TABLES, "DISU") | special | {"accounts_organization": "SU"}
    assert {table: "".join(sorted(right[0] for right in rights)) for table, rights in found.items()} == expected


def test_the_application_owns_nothing_and_creates_nothing(catalogue: Catalogue) -> None:
    owned = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> 'shangban_owner'::regrole"
    assert catalogue(owned) == []
    assert catalogue("SELECT has_schema_privilege('shangban_app', 'public', 'CREATE')") == [(False,)]


KEYS = """
SELECT t.relname, (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k (no, n)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.no)::text[]
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relnamespace = 'public'::regnamespace AND i.{which}
"""


def test_primary_keys_start_with_the_owner(catalogue: Catalogue) -> None:
    found = {table: keys[0] if keys else [] for table, keys in per_table(catalogue(KEYS.format(which="indisprimary"))).items()}
    plain = {table for table, key in found.items() if key[:1] != [OWNERS[table]]}
    assert plain == set(PLAIN_KEYS)


def test_unique_keys_start_with_the_owner(catalogue: Catalogue) -> None:
    found = per_table(catalogue(KEYS.format(which="indisunique AND NOT i.indisprimary")))
    telling = [(table, key) for table, keys in found.items() for key in keys if key[:1] != [OWNERS[table]]]
    assert sorted(telling) == sorted([*GLOBAL_UNIQUE.items(), *TRANSACTIONS]), (
        "a global unique key tells that another tenant has this value"
    )


def test_references_between_tenant_tables_include_the_owner(catalogue: Catalogue) -> None:
    for child, parent, columns, keys, validated in references(catalogue):
        assert (columns[0], keys[0], validated) == (OWNERS[child], OWNERS[parent], True), (child, columns)
        if child in SHARED and parent in SHARED:
            assert (columns[1], keys[1]) == (SHARED[child], SHARED[parent]), (child, columns)


def test_every_reference_of_the_models_exists_in_the_database(catalogue: Catalogue) -> None:
    known = {(child, columns[-1], parent) for child, parent, columns, _keys, _valid in references(catalogue)}
    wanted = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    }
    assert wanted and wanted - known == set()


def test_a_tenant_table_is_referred_to_by_tenant_tables_only(catalogue: Catalogue) -> None:
    assert [row[:2] for row in catalogue(REFERENCES) if row[1] in OWNERS and row[0] not in OWNERS] == []


DEFINERS = """
SELECT p.proname, p.proconfig::text[],
  EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef ORDER BY 1
"""


def test_functions_that_run_as_the_owner_are_pinned_and_not_for_everybody(catalogue: Catalogue) -> None:
    """pg_temp stands last: unnamed it is searched first, and the caller may create tables there."""
    found = catalogue(DEFINERS)
    assert {name for name, _path, _public in found} == {
        *("create_organization", "find_organization", "find_invitation", "find_shops", "moderation_reporter"),
        *("open_account", "post_transfers", "ledger_refuse_unbalanced", "market_organization"),
        *("escrow_post", "escrow_wallet", "escrow_payout", "escrow_mature"),
        *("payments_locate", "payments_locate_transaction", "store_analyze"),
    }
    for name, path, public in found:
        assert (path, public) == (["search_path=pg_catalog, public, pg_temp"], False), name
