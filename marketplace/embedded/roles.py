"""The three database roles and what each may do.

* owner: owns the schema, migrates; BYPASSRLS, or foreign keys added under FORCE would go unchecked.
* app: the web process and tenant tasks; owns nothing and obeys row-level security.
* system: the admin site and cross-tenant claims; BYPASSRLS, owns nothing.
"""

import time
from typing import Any

import psycopg2
from psycopg2 import sql

from marketplace.embedded.layout import DATABASE_NAME, ROLES

APP, SYSTEM, OWNER = ROLES["default"], ROLES["system"], ROLES["owner"]
# Every unsafe attribute is named, so that a role somebody changed by hand is put right.
ATTRIBUTES = {
    OWNER: "LOGIN NOSUPERUSER BYPASSRLS CREATEDB NOCREATEROLE",
    SYSTEM: "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE",
    APP: "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE",
}
# Any number known to us only: two processes must not create the same role at once.
ADVISORY_LOCK = 7274_6265_6401
#: Half a second apart: as long as sessions of killed processes may need to end.
DROP_ATTEMPTS = 40


def ensure_roles(connection: Any, passwords: dict[str, str]) -> None:
    """Create or correct the roles and the project's database. Idempotent.

    ``connection`` is an administrator's, to any database but ours; it is switched to autocommit because
    CREATE DATABASE cannot run in a transaction.
    """
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            for role, attributes in ATTRIBUTES.items():
                _ensure_role(cursor, role, attributes, passwords[role])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            if cursor.fetchone() is None:
                _create(cursor, DATABASE_NAME)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
    parameters = connection.get_dsn_parameters()
    target = psycopg2.connect(
        host=parameters.get("host"),
        port=parameters.get("port"),
        dbname=DATABASE_NAME,
        user=OWNER,
        password=passwords[OWNER],
        connect_timeout=5,
    )
    try:
        grant_database(target, DATABASE_NAME)
    finally:
        target.close()


def grant_database(connection: Any, dbname: str) -> None:
    """Give app and system their rights in ``dbname``; ``connection`` is the owner's, to that database.

    Tables get no TRUNCATE (it ignores row-level security). Default privileges cover every later table.
    """
    both = sql.SQL("{}, {}").format(sql.Identifier(APP), sql.Identifier(SYSTEM))
    database, owner = sql.Identifier(dbname), sql.Identifier(OWNER)
    statements = [
        "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {both}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {both}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {both}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {both}",
    ]
    with connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(database=database, both=both, owner=owner))


def create_database(owner: dict[str, Any], name: str) -> None:
    """Create database ``name`` as the owner, with its grants; an existing one is replaced.

    ``owner`` is the ``owner`` entry of ``settings.DATABASES``.
    """
    connection = _connect(owner, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            _drop(cursor, name)
            _create(cursor, name)
    finally:
        connection.close()
    target = _connect(owner, name)
    try:
        grant_database(target, name)
    finally:
        target.close()


def drop_database(owner: dict[str, Any], name: str) -> None:
    """Drop database ``name``, closing whatever is still connected to it."""
    connection = _connect(owner, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            _drop(cursor, name)
    finally:
        connection.close()


def _ensure_role(cursor: Any, role: str, attributes: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    statement = sql.SQL("{} ROLE {} WITH {} PASSWORD %s").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(attributes))
    cursor.execute(statement, [password])


def _create(cursor: Any, name: str) -> None:
    """Create the database with the locale every installation shares, whatever the server's default is."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER)))


def _drop(cursor: Any, name: str) -> None:
    """FORCE may not end the server's own autovacuum, which a plain DROP does; that one waits for sessions only a little."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
    for attempt in range(DROP_ATTEMPTS):
        try:
            cursor.execute(statement + sql.SQL(" WITH (FORCE)") if attempt % 2 == 0 else statement)
            return
        except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectInUse):
            if attempt == DROP_ATTEMPTS - 1:
                raise
            time.sleep(0.5)


def _connect(settings: dict[str, Any], dbname: str) -> Any:
    return psycopg2.connect(
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=dbname,
        connect_timeout=5,
    )
