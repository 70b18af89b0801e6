"""Start, stop and describe both embedded servers. They outlive the command that started them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict

import psycopg2
from environs import Env

from marketplace.embedded import postgres, roles, valkey
from marketplace.embedded.identity import open_the_way, private_directory, server_identity
from marketplace.embedded.layout import Layout, admin_settings, load_secret, role_passwords
from marketplace.embedded.postgres import ServerError

__all__ = ["ServerError", "Status", "answering", "prepare_external", "start", "status", "stop"]


class Status(TypedDict):
    """What ``embedded status --json`` prints."""

    running: bool
    postgres: bool
    valkey: bool
    postgres_pids: list[int]
    valkey_pids: list[int]
    state_dir: str
    socket_dir: str


@contextmanager
def _exclusively(layout: Layout) -> Iterator[None]:
    """Hold the lock of this state directory: two starts at once must not fight. The kernel frees it on a crash."""
    layout.state_dir.mkdir(parents=True, exist_ok=True)
    with layout.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(layout: Layout, *, database: bool = True, broker: bool = True) -> None:
    """Start what is not running, create roles and database, and return when the servers answer.

    ``database`` and ``broker`` say which of the two are wanted: the other is configured by URL.
    """
    with _exclusively(layout):
        identity = server_identity()
        open_the_way(layout.socket_dir, identity)
        private_directory(layout.socket_dir, identity)
        if broker:
            valkey.start(layout, identity)
        if database:
            postgres.start(layout, identity)
            _ensure_roles(layout)


def _ensure_roles(layout: Layout) -> None:
    connection = postgres.connect(layout)
    try:
        admin = {"PASSWORD": load_secret(layout, "database_password")}
        roles.ensure_roles(connection, role_passwords(layout, admin))
    finally:
        connection.close()


def stop(layout: Layout) -> None:
    """Stop both servers, also those left by a killed command."""
    with _exclusively(layout):
        valkey.stop(layout)
        postgres.stop(layout, server_identity())


def answering(layout: Layout) -> dict[str, bool]:
    """Return which of the two servers answer."""
    return {"postgres": postgres.answers(layout), "valkey": valkey.answers(layout)}


def status(layout: Layout) -> Status:
    """Return which servers answer, and their processes."""
    found = answering(layout)
    return {
        "running": all(found.values()),
        "postgres": found["postgres"],
        "valkey": found["valkey"],
        "postgres_pids": postgres.pids(layout),
        "valkey_pids": valkey.pids(layout),
        "state_dir": str(layout.state_dir),
        "socket_dir": str(layout.socket_dir),
    }


def prepare_external(layout: Layout, env: Env) -> None:
    """Create the roles and the database on the server of ``DATABASE_URL``, when that URL is an administrator's.

    With ``DATABASE_OWNER_URL`` set, or in production, the operator has created them and nothing happens.
    """
    admin = admin_settings(layout, env)
    if admin is None:
        return
    connection = psycopg2.connect(
        host=admin["HOST"] or None,
        port=admin["PORT"] or None,
        user=admin["USER"] or None,
        password=admin["PASSWORD"] or None,
        dbname=admin["NAME"] or "postgres",
        connect_timeout=5,
    )
    try:
        roles.ensure_roles(connection, role_passwords(layout, admin))
    except psycopg2.errors.InsufficientPrivilege as error:
        raise ServerError(
            "DATABASE_URL must be an administrator's, or set DATABASE_OWNER_URL and DATABASE_SYSTEM_URL too"
        ) from error
    finally:
        connection.close()
