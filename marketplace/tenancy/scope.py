"""Which organization the database may show now.

The scope is transaction-local (`SET LOCAL`, never session-level, which leaks through pools) and an integer literal written
by this module (`set_config()` is not propagated to the workers of a distributed database).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction


@dataclass(frozen=True)
class Scope:
    """The tenant and the signed-in user the database answers for; None shows nothing."""

    tenant_id: int | None = None
    user_id: int | None = None


def current(using: str = "default") -> Scope | None:
    """The innermost open scope of this connection, or None."""
    stack = getattr(connections[using], "scope_stack", None)
    return stack[-1] if stack else None


def _apply(connection: Any, chosen: Scope | None) -> None:
    tenant = "" if chosen is None or chosen.tenant_id is None else str(int(chosen.tenant_id))
    user = "" if chosen is None or chosen.user_id is None else str(int(chosen.user_id))
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant = '{tenant}'; SET LOCAL app.\"user\" = '{user}'")


@contextmanager
def scope(
    tenant_id: int | None = None,
    *,
    user_id: int | None = None,
    using: str = "default",
    durable: bool = False,
    read_only: bool = False,
) -> Iterator[Scope]:
    """Open a transaction in which the database shows this tenant's rows (and this user's memberships).

    An inner scope restores the outer one. `durable` refuses to nest inside another transaction. `read_only` makes the
    transaction READ ONLY when it is the outermost one.
    """
    connection = connections[using]
    chosen = Scope(tenant_id, user_id)
    outermost = not connection.in_atomic_block
    with transaction.atomic(using=using, durable=durable):
        if read_only and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
        stack: list[Scope] = connection.__dict__.setdefault("scope_stack", [])
        stack.append(chosen)
        try:
            _apply(connection, chosen)
            yield chosen
        finally:
            stack.pop()
            if not connection.needs_rollback and not connection.closed_in_transaction and not outermost:
                _restore(connection, stack[-1] if stack else None)


def _restore(connection: Any, outer: Scope | None) -> None:
    """Put the outer scope back, unless the statement that failed already aborted the (sub)transaction."""
    from psycopg2.extensions import TRANSACTION_STATUS_INERROR

    if connection.connection is not None and connection.connection.info.transaction_status != TRANSACTION_STATUS_INERROR:
        _apply(connection, outer)
