"""Writing heartbeats."""

from django.db import connection


def beat(*, name: str) -> None:
    """Record that ``name`` is alive, by the database's clock.

    The connection is closed afterwards: the worker's main process forks children, which must not inherit it.
    """
    if connection.in_atomic_block:
        _write(name)
        return
    try:
        _write(name)
    finally:
        connection.close()


def _write(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_workerheartbeat (name, beaten_at) VALUES (%s, now())"
            " ON CONFLICT (name) DO UPDATE SET beaten_at = excluded.beaten_at",
            [name],
        )
