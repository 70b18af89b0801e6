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


def _apply(connection: Any, chosen: Scope | None, first: str = "") -> None:
    tenant = "" if chosen is None or chosen.tenant_id is None else str(int(chosen.tenant_id))
    user = "" if chosen is None or chosen.user_id is None else str(int(chosen.user_id))
    with connection.cursor() as cursor:
        cursor.execute(f"{first}SET LOCAL app.tenant = '{tenant}'; SET LOCAL app.\"user\" = '{user}'")


@contextmanager
def scope(
    tenant_id: int | None = None,
    *,
    user_id: int | None = None,
    using: str = "default",
    durable: bool = False,
    read_only: bool = False,
    savepoint: bool = True,
) -> Iterator[Scope]:
    """Open a transaction in which the database shows this tenant's rows (and this user's memberships).

    An inner scope restores the outer one; one that shows the same says nothing to the database. `durable` refuses to nest inside
    another transaction. `read_only` makes the transaction READ ONLY when it is the outermost one. Inside a transaction,
    `savepoint=False` takes part in it as it is: what is raised undoes all of it, up to the next savepoint, also where somebody
    catches it.
    """
    connection = connections[using]
    chosen = Scope(tenant_id, user_id)
    outermost = not connection.in_atomic_block
    with transaction.atomic(using=using, durable=durable, savepoint=savepoint):
        stack: list[Scope] = connection.__dict__.setdefault("scope_stack", [])
        is_shown = not outermost and bool(stack) and stack[-1] == chosen
        stack.append(chosen)
        try:
            if not is_shown:
                _apply(connection, chosen, "SET TRANSACTION READ ONLY; " if read_only and outermost else "")
            yield chosen
        finally:
            stack.pop()
            if not is_shown and not connection.needs_rollback and not connection.closed_in_transaction and not outermost:
                _restore(connection, stack[-1] if stack else None)


def _restore(connection: Any, outer: Scope | None) -> None:
    """Put the outer scope back, unless the statement that failed already aborted the (sub)transaction."""
    from psycopg2.extensions import TRANSACTION_STATUS_INERROR

    if connection.connection is not None and connection.connection.info.transaction_status != TRANSACTION_STATUS_INERROR:
        _apply(connection, outer)
