"""What the database promises about tenant tables, read from its catalogue in one statement (about 10 ms)."""

from typing import Any

from django.db import connections

from marketplace.tenancy.ddl import APP
from marketplace.tenancy.guard import shared_tables, tenant_tables

#: Tables whose primary key does not begin with the owner: nothing refers to the first, the second has no key at all.
PLAIN_KEYS = ("accounts_membership", "store_stagedrow")
TENANT = "accounts_organization"
FAULTS = """
WITH wanted AS MATERIALIZED (
  SELECT w.name, w.owner, w.party, to_regclass('public.' || w.name)::oid AS id
  FROM unnest(%(names)s::text[], %(owners)s::text[], %(parties)s::text[]) AS w (name, owner, party))
SELECT w.name, p.fault
FROM wanted w JOIN pg_class c ON c.oid = w.id
CROSS JOIN LATERAL (VALUES
  ('row-level security is not enabled and forced', c.relrowsecurity AND c.relforcerowsecurity),
  ('no policy compares its owner on reading and writing', EXISTS (
    SELECT 1 FROM pg_policies y
    WHERE y.schemaname = 'public' AND y.tablename = w.name AND y.policyname = 'tenant' AND y.cmd = 'ALL'
      AND y.qual = format(%(condition)s, w.owner) AND y.with_check = y.qual)),
  ('a policy lets other roles or rows through', NOT EXISTS (
    SELECT 1 FROM pg_policies y
    WHERE y.schemaname = 'public' AND y.tablename = w.name AND y.policyname <> 'tenant' AND y.cmd <> 'SELECT'
      AND NOT (w.party <> '' AND y.policyname LIKE 'party%%' AND y.qual = format(%(condition)s, w.party)
               AND y.with_check = y.qual))),
  ('the application may truncate it', NOT has_table_privilege(%(app)s, c.oid, 'TRUNCATE')
                                      AND NOT has_table_privilege(c.oid, 'TRUNCATE')),
  ('its primary key does not begin with the owner', w.name = ANY (%(plain)s) OR EXISTS (
    SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = w.owner)),
  ('a reference to a tenant table leaves the owner out', NOT EXISTS (
    SELECT 1 FROM pg_constraint f JOIN wanted parent ON parent.id = f.confrelid AND parent.name <> %(tenant)s
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
    WHERE f.conrelid = c.oid AND f.contype = 'f' AND (a.attname <> w.owner OR NOT f.convalidated)))
) AS p (fault, holds)
WHERE NOT p.holds ORDER BY 1, 2
"""
CONDITION = "(%I = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::bigint)"


def tenancy_faults(using: str = "default") -> list[str]:
    """Every promise about a tenant table that the database does not keep, in words; tables not migrated yet are left out."""
    owners, parties = tenant_tables(), shared_tables()
    facts: dict[str, Any] = {
        "names": list(owners),
        "owners": list(owners.values()),
        "parties": [parties.get(table, "") for table in owners],
        "condition": CONDITION,
        "app": APP,
        "plain": list(PLAIN_KEYS),
        "tenant": TENANT,
    }
    with connections[using].cursor() as cursor:
        cursor.execute(FAULTS, facts)
        return [f"{table}: {fault}" for table, fault in cursor.fetchall()]
