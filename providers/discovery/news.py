"""How much is new in searches that somebody saved: all of them in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from providers.discovery.criteria import Query
from providers.discovery.knowledge import knowledge
from providers.discovery.statement import Statement
from providers.discovery.terms import plan


def new_since(asked: Sequence[tuple[Query, datetime]], *, as_of: datetime) -> list[int]:
    """For every search the hits that were first published after its moment."""
    if not asked:
        return []
    known = knowledge()
    values: dict[str, Any] = {}
    counts = []
    for query, since in asked:
        planned = plan(query.q, known)
        statement = Statement(query, planned, as_of, values=values)
        condition = "false" if planned.is_hopeless else statement.condition()
        counts.append(
            f"(SELECT count(*) FROM discovery_searchdocument d WHERE {condition} AND d.published_at > {statement.value(since)})"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}", values)
        return [int(count) for count in cursor.fetchone()]
