"""The wrapper that refuses a tenant table without a scope."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from psycopg2.sql import Composable

_WORD = re.compile(r"\w+")


class UnscopedQuery(RuntimeError):
    """A tenant table was queried on the application connection with no scope open."""


@lru_cache(maxsize=1)
def tenant_tables() -> dict[str, str]:
    """Every tenant table and the column that names its owner, from the models themselves."""
    from django.apps import apps

    return {
        model._meta.db_table: owner
        for model in apps.get_models(include_auto_created=True)
        if (owner := getattr(model, "tenant_owner", None))
    }


@lru_cache(maxsize=1)
def shared_tables() -> dict[str, str]:
    """Tables of two parties, and the column that names the second."""
    from django.apps import apps

    return {
        model._meta.db_table: party
        for model in apps.get_models(include_auto_created=True)
        if (party := getattr(model, "tenant_party", None))
    }


def refuse_unscoped(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    if not getattr(connection, "scope_stack", None):
        # Word by word: trying a hundred names at every place of a long statement took longer than some statements.
        tables, words = tenant_tables(), _WORD.findall(_text(sql, connection))
        if not tables.keys().isdisjoint(words):
            found = next(word for word in words if word in tables)
            raise UnscopedQuery(f"{found} needs a scope: open one with marketplace.tenancy.scope()")
    return execute(sql, params, many, context)


def _text(sql: Any, connection: Any) -> str:
    """The statement as text, also when it was composed of identifiers or is bytes."""
    if isinstance(sql, Composable):
        return str(sql.as_string(connection.connection))
    return sql.decode() if isinstance(sql, bytes) else str(sql)
