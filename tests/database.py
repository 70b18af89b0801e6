"""The test database: created by the owner, used as the application role."""

import os
from typing import Any

import psutil
import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from environs import Env
from psycopg2 import sql

from marketplace.embedded import roles, servers

PREFIX = "test_shangban"
RUN = "SHANGBAN_TEST_RUN"
# Rows of these tables are made by migrations; everything else starts empty in every test.
BOOKKEEPING = {"django_migrations"}

_seeded: dict[str, set[Any]] = {}


def set_up(worker: str) -> str:
    """Create and migrate this worker's database, point every alias at it and return its name.

    The name is also exported as DATABASE_NAME, for the processes tests start.
    """
    if not settings.EMBEDDED:
        servers.prepare_external(settings.LAYOUT, Env())
    owner = connections["owner"].settings_dict
    _drop_leftovers(owner)
    name = f"{PREFIX}_{os.environ[RUN]}_{worker}"
    roles.create_database(owner, name)
    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = name
        settings.DATABASES[connection.alias]["NAME"] = name
    os.environ["DATABASE_NAME"] = name
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    _remember_seeded_rows()
    return name


def tear_down(name: str) -> None:
    """Drop this worker's database."""
    for connection in connections.all():
        connection.close()
    del os.environ["DATABASE_NAME"]
    roles.drop_database(connections["owner"].settings_dict, name)


def require_application_role() -> None:
    """Fail unless tests run as the application role: as any other, row-level security would not be tested."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        found = cursor.fetchone()
    if found != (roles.APP, False, False):
        pytest.exit(f"tests must run as {roles.APP} without SUPERUSER and BYPASSRLS, not {found}", returncode=3)


def flush(*_: Any) -> None:
    """Empty the tables a transactional test has filled, as the owner: the application role has no TRUNCATE.

    Rows that migrations made stay; those a test added to the same tables go.
    """
    connection = connections["owner"]
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20s'")
        filled = [table for table in _filled_tables(cursor) if table not in _seeded]
        if filled:
            names = sql.SQL(", ").join(map(sql.Identifier, filled))
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        for table, keys in _seeded.items():
            statement = sql.SQL("DELETE FROM {} t WHERE NOT (t::text = ANY(%s))").format(sql.Identifier(table))
            cursor.execute(statement, [sorted(keys)])
        cursor.execute("RESET lock_timeout")


def _filled_tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    tables = [row[0] for row in cursor.fetchall() if row[0] not in BOOKKEEPING]
    probe = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(table), sql.Identifier(table)) for table in tables
    )
    cursor.execute(probe)
    return [row[0] for row in cursor.fetchall()]


def _remember_seeded_rows() -> None:
    with connections["owner"].cursor() as cursor:
        for table in _filled_tables(cursor):
            cursor.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
            _seeded[table] = {row[0] for row in cursor.fetchall()}


def _drop_leftovers(owner: dict[str, Any]) -> None:
    """Drop databases of test runs that were killed, told by the process id in their names."""
    connection = psycopg2.connect(
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname="postgres",
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [rf"^{PREFIX}_\d+_"])
        names = [row[0] for row in cursor.fetchall()]
    connection.close()
    for name in names:
        if not psutil.pid_exists(int(name.split("_")[2])):
            roles.drop_database(owner, name)
