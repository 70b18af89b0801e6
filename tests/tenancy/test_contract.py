"""What the database promises about every tenant table, read from its catalogue and then tried."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.apps import apps
from django.db import connections, transaction
from psycopg2 import errors, sql

from marketplace.tenancy.catalogue import tenancy_faults
from marketplace.tenancy.guard import shared_tables, tenant_tables
from marketplace.tenancy.models import TenantForeignKey
from tests.tenancy.world import World

Catalogue = Callable[..., list[tuple[Any, ...]]]
TABLES = sorted(tenant_tables())
OWNERS = tenant_tables()
#: Tables of a merchant and a service provider, with the column that names the second.
SHARED = shared_tables()
#: The roots of them: only the merchant makes and removes such rows.
MADE_BY_MERCHANTS: set[str] = {
    "escrow_deal",
    "escrow_feeline",
    "hiring_invitation",
    "invoices_serviceinvoice",
    "service_serviceorder",
    "workrooms_conversation",
}
#: Tables the second party only reads: what the market computed, and what only the merchant says.
READ_BY_PROVIDERS = {"outcomes_outcomeagreement", "outcomes_outcomerow", "reviews_pulse"}

#: Tables without a tenant, each with the reason why.
GLOBAL = {
    "accounts_user": "a person may belong to several organizations; found by e-mail before any tenant is known",
    "accounts_user_groups": "Django's groups of staff",
    "accounts_user_user_permissions": "Django's permissions of staff",
    "account_emailaddress": "allauth: addresses of people, used before any tenant is known",
    "accounts_letter": "letters about people's own accounts, sealed; sent before any organization is known",
    "accounts_signup": "who has not confirmed the mailbox yet; there is no organization before that",
    "mfa_authenticator": "allauth: second steps of people; secrets are sealed",
    "usersessions_usersession": "allauth: where people are signed in",
    "account_emailconfirmation": "allauth: confirmation of addresses",
    "auth_group": "Django's groups of staff",
    "auth_group_permissions": "Django's groups of staff",
    "auth_permission": "Django's list of permissions",
    "django_admin_log": "written by the admin site, for staff",
    "django_content_type": "Django's list of models",
    "django_migrations": "bookkeeping of migrations",
    "django_session": "found by its random key before any tenant is known",
    "moderation_autoapproval": "staff's rules of what passes by itself",
    "moderation_holiday": "the market's calendar, kept by staff",
    "moderation_reasontemplate": "staff's reasons for decisions",
    "payments_straypayment": "money that arrived without a reference: nobody's until staff find its owner",
    "discovery_word": "words that occur in public titles; read by every search, written by the system role",
    "catalogue_category": "what can be offered, the same for everybody; staff edit it",
    "catalogue_categoryattribute": "what is asked of a service, the same for everybody; staff edit it",
    "payouts_payoutbatch": "a week's payouts, of the market: neither names nor amounts",
    "payouts_bookcase": "staff's list of where ledger and records differ; the application has no right to it",
    "escrow_booksrun": "when the books were checked; the application has no right to it",
    "escrow_booksfinding": "staff's list of what the books do not add up to; the application has no right to it",
    "payouts_batchproof": "the bank's confirmation of a batch, sealed; for staff",
    "onboarding_trialrule": "how many orders come before the deposit, the same for everybody; staff edit it",
    "escrow_commissionrule": "the market's fees, the same for everybody; staff edit them",
    "escrow_waiver": "what is free of fees for a while; staff edit it",
    "health_workerheartbeat": "which workers are alive; nothing of a tenant's",
}
#: Projections of what is published: everybody reads them, only their owner writes (see `public_table`).
PUBLIC_TABLES: dict[str, str] = {
    "listings_publiclisting": "provider_id",
    "profiles_publicprovider": "provider_id",
    "scorecards_publicscore": "provider_id",
    "discovery_searchdocument": "provider_id",
    "hiring_publicbrief": "merchant_id",
    "reviews_publicreview": "provider_id",
}
POLICIES = {  # besides `tenant`
    "accounts_membership": {"own_memberships": "a person sees his memberships before a tenant is chosen"},
    "accounts_organization": {"own_organizations": "and the names of the organizations he belongs to"},
}
PLAIN_KEYS = {
    "accounts_membership": "referred to by nothing",
    "store_stagedrow": "has no key at all: one bulk load, one index, emptied afterwards",
}
GLOBAL_UNIQUE = {
    "invoices_commissionpaper": ["number"],  # issued by the market only; a number is one paper
    "accounts_invitation": ["token_hash"],  # a link is looked up before any tenant is known; only a hash is stored
    "accounts_organization": ["slug"],  # a slug is a public name; create_organization() hands back its id
    "onboarding_deposittransfer": ["bank_reference"],  # entered by staff only; one bank transfer is one company's deposit
    "payments_payback": ["request_id"],  # random
    "payments_payin": ["reference"],  # random
    "payouts_payout": ["bank_reference"],  # entered by staff only; one movement at the bank pays one company
}
#: A payment company's own number, which nobody but it chooses: one transaction is one payment.
TRANSACTIONS = [("payments_payin", ["gateway", "transaction"])]
READ_ONLY = {"ledger_ledgeraccount", "ledger_ledgertransfer", "ledger_ledgerentry"}
APPEND_ONLY = {
    "invoices_servicepaper",
    "invoices_commissionpaper",
    "payouts_statement",
    "payouts_payoutproof",
    "escrow_feeline",
    "escrow_refund",
    "escrow_reversal",
    "escrow_roll",
    "hiring_proposalversion",
    "outbox_reply",
    "outbox_sandboxsms",
    "guards_casenote",
    "audit_auditevent",
    "aftersales_sandboxpayment",
    "buyers_linkuse",
    "measurement_assignment",
    "outcomes_outcomebuyer",
    "outcomes_outcomerow",
    "onboarding_deduction",
    "scorecards_scoreevent",
    "scorecards_strike",
    "service_delivery",
    "service_deliveryfile",
    "service_deliverychunk",
    "service_deliverycomment",
    "service_changerequest",
    "payments_gatewaynotice",
    "payments_payinproof",
    "payments_payinproofchunk",
    "disputes_disputestep",
    "reviews_merchantsealed",
    "reviews_providersealed",
    "workrooms_message",
    "workrooms_messagefile",
    "workrooms_sharedfile",
    "workrooms_sharedfilechunk",
}
NEVER_DELETED = {
    "invoices_serviceinvoice",
    "invoices_commissioninvoice",
    "escrow_deal",
    "escrow_hold",
    "escrow_release",
    "hiring_brief",
    "hiring_invitation",
    "hiring_proposal",
    "payouts_payoutaccount",
    "payouts_payout",
    "payouts_debthold",
    "listings_listing",
    "listings_listingversion",
    "accounts_invitation",
    "accounts_viewing",
    "outbox_channelsettings",
    "outbox_deliveryattempt",
    "outbox_endpoint",
    "outbox_message",
    "outbox_notice",
    "outbox_suppression",
    "outbox_template",
    "aftersales_programpolicy",
    "aftersales_programrun",
    "aftersales_claim",
    "aftersales_payout",
    "measurement_experiment",
    "outcomes_outcomeagreement",
    "previews_forecast",
    "guards_approval",
    "guards_alert",
    "guards_breaker",
    "guards_budget",
    "guards_budgetuse",
    "guards_guardsettings",
    "guards_killswitch",
    "guards_reconciliationcase",
    "guards_reconciliationrun",
    "guards_skuhold",
    "guards_spendhour",
    "api_apikey",
    "refund_retention_retentioncase",
    "retention_intents_intentlabel",
    "retention_intents_intenttraining",
    "moderation_appeal",
    "moderation_penalty",
    "moderation_providerstanding",
    "moderation_report",
    "moderation_review",
    "presale_balance_enrolment",
    "presale_balance_touch",
    "onboarding_application",
    "onboarding_qualification",
    "onboarding_document",
    "onboarding_deposittransfer",
    "onboarding_exit",
    "onboarding_export",
    "profiles_profile",
    "profiles_caseconsent",
    "scorecards_scorecard",
    "scorecards_levelstate",
    "scorecards_improvementplan",
    "insights_listingviews",
    "service_serviceorder",
    "service_contractversion",
    "service_milestone",
    "service_splitproposal",
    "service_handoveritem",
    "service_timer",
    "payments_payin",
    "payments_payback",
    "payments_paymentcase",
    "payments_sandboxcharge",
    "payments_autopay",
    "payments_autopayinvoice",
    "disputes_dispute",
    "reviews_reviewround",
    "reviews_pulse",
    "workrooms_conversation",
    "workrooms_decision",
    "workrooms_readmark",
}
OURS = ("marketplace", "merchants", "providers", "orders", "aftersales")


def per_table(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {table: [] for table in TABLES}
    for table, *rest in rows:
        if table in found:
            found[table].append(rest[0] if len(rest) == 1 else tuple(rest))
    return found


# The catalogue.


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


REFERENCES = """
SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
  ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k (no, n)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.no ORDER BY k.n),
  ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k (no, n)
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.no ORDER BY k.n), c.convalidated
FROM pg_constraint c WHERE c.contype = 'f' ORDER BY 1, 3
"""


def references(catalogue: Catalogue) -> list[tuple[str, str, list[str], list[str], bool]]:
    """Foreign keys between tenant tables, but for those to the tenant itself."""
    return [
        row  # type: ignore[misc]
        for row in catalogue(REFERENCES)
        if row[0] in OWNERS and row[1] in OWNERS and row[1] != "accounts_organization"
    ]


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
        *("payments_locate", "payments_locate_transaction"),
    }
    for name, path, public in found:
        assert (path, public) == (["search_path=pg_catalog, public, pg_temp"], False), name


# The same, tried on rows.


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
