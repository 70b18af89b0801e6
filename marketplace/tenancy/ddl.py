"""SQL of the tenancy pattern, as migration operations.

A migration creates its tables the ordinary way and then lists `secure_table(...)` for each.
"""

from collections.abc import Mapping, Sequence

from django.db.migrations.operations.special import RunSQL

APP, SYSTEM = "shangban_app", "shangban_system"
WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE")


def _setting(name: str) -> str:
    # NULLIF: after COMMIT the setting is '' rather than NULL.
    return f"NULLIF(current_setting('{name}', true), '')::bigint"


TENANT, USER = _setting("app.tenant"), _setting("app.user")


def grant(table: str, rights: Sequence[str]) -> str:
    """Grant exactly these rights; never TRUNCATE, which row-level security does not see."""
    return (
        f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM};"
        f"GRANT {', '.join(rights)} ON {table} TO {APP};"
        f"GRANT {', '.join(rights)} ON {table} TO {SYSTEM};"
    )


def policy(table: str, condition: str, *, name: str = "tenant", command: str = "ALL") -> str:
    """A permissive policy for the application role; a plain column comparison, so that it stays an index condition."""
    check = "" if command in ("SELECT", "DELETE") else f" WITH CHECK ({condition})"
    return f"CREATE POLICY {name} ON {table} FOR {command} TO {APP} USING ({condition}){check};"


def secure_table(
    table: str,
    *,
    owner: str = "merchant_id",
    parents: Mapping[str, str] | None = None,
    rights: Sequence[str] = WRITES,
    rekey: bool = True,
    extra: str = "",
) -> RunSQL:
    """Composite key, row-level security, grants and composite foreign keys of one tenant table.

    `parents` maps a reference column to its parent table; the constraint includes the owner, because a plain key would
    accept another tenant's parent.
    """
    parts = []
    if rekey:
        parts.append(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY ({owner}, id);")
    parts.append(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;")
    parts.append(policy(table, f"{owner} = {TENANT}"))
    parts.append(grant(table, rights))
    for column, parent in (parents or {}).items():
        parts.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
            f" FOREIGN KEY ({owner}, {column}) REFERENCES {parent} ({owner}, id);"
        )
    return RunSQL("\n".join([*parts, extra]), RunSQL.noop)


def shared_table(
    table: str,
    *,
    parents: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    party_writes: bool = True,
    rights: Sequence[str] = WRITES,
    extra: str = "",
) -> RunSQL:
    """A table of two parties (`SharedModel`): the merchant's, with a second policy for the provider named in the row.

    `parents` are shared tables: the reference carries both parties, so that nobody can hang a row of his own on somebody
    else's dealings. `owners` are the merchant's own tables. With `party_writes=False` only the merchant makes and removes rows;
    use it for the roots others hang on. Neither party can give a row to a third.
    """
    parts = [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY (merchant_id, id),"
        f" ADD CONSTRAINT {table}_parties UNIQUE (merchant_id, provider_id, id);",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
        policy(table, f"merchant_id = {TENANT}"),
    ]
    condition = f"provider_id = {TENANT}"
    if party_writes:
        parts.append(policy(table, condition, name="party"))
    else:
        parts.append(policy(table, condition, name="party_reads", command="SELECT"))
        parts.append(policy(table, condition, name="party_changes", command="UPDATE"))
    parts.append(grant(table, rights))
    parts.append(
        f"CREATE TRIGGER parties_stay BEFORE UPDATE OF merchant_id, provider_id ON {table} FOR EACH ROW"
        " WHEN ((OLD.merchant_id, OLD.provider_id) IS DISTINCT FROM (NEW.merchant_id, NEW.provider_id))"
        " EXECUTE FUNCTION tenancy_refuse_other_parties();"
    )
    for column, parent in (parents or {}).items():
        parts.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY (merchant_id, provider_id, {column})"
            f" REFERENCES {parent} (merchant_id, provider_id, id);"
        )
    for column, parent in (owners or {}).items():
        parts.append(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk"
            f" FOREIGN KEY (merchant_id, {column}) REFERENCES {parent} (merchant_id, id);"
        )
    return RunSQL("\n".join([*parts, extra]), RunSQL.noop)


#: Installed once, by the first room that has shared tables.
PARTIES_STAY = RunSQL(
    """
CREATE FUNCTION tenancy_refuse_other_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the parties of a row of % never change', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
""",
    RunSQL.noop,
)


def public_table(table: str, *, owner: str = "provider_id", rights: Sequence[str] = WRITES, extra: str = "") -> RunSQL:
    """A projection everybody may read and only its owner writes; plain keys, since there is nothing to hide.

    The reading policy is constant, so the planner drops it and every index stays usable, full-text search included. Models of
    such tables have no `tenant_owner`: a public page reads them without a scope.
    """
    parts = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
        policy(table, "true", name="everybody", command="SELECT"),
        grant(table, rights),
    ]
    condition = f"{owner} = {TENANT}"
    for command in ("INSERT", "UPDATE", "DELETE"):
        check = f" WITH CHECK ({condition})" if command != "DELETE" else ""
        using = f" USING ({condition})" if command != "INSERT" else ""
        parts.append(f"CREATE POLICY owner_{command.lower()} ON {table} FOR {command} TO {APP}{using}{check};")
    return RunSQL("\n".join([*parts, extra]), RunSQL.noop)


def crowded(*tables: str) -> RunSQL:
    """Tables to which many rows refer: the planner shall not believe that a tenant has next to none of their rows.

    Each row that refers to one is checked by `WHERE merchant_id = $1 AND id = $2`. Where statistics say a row per tenant, as they
    do of a market that begins, any index that starts with the tenant promises the one row as cheaply as the primary key, and
    reads all of the tenant's rows for each check: an import of half a million order lines took five minutes instead of half a
    one. A hundred rows per tenant are enough to make the primary key the cheapest; constants keep being looked up among the most
    common values.
    """
    column = "ALTER TABLE {} ALTER COLUMN merchant_id {};"
    return RunSQL(
        "".join(column.format(table, "SET (n_distinct = -0.01)") for table in tables),
        "".join(column.format(table, "RESET (n_distinct)") for table in tables),
    )
