"""One world per module: these tests only read it, or undo what they try."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.db import connections

from tests import database
from tests.tenancy import world as worlds


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.World]:
    """acme and the stranger, committed; flushed when the module has ended."""
    with django_db_blocker.unblock():
        try:
            yield worlds.build(tmp_path_factory.mktemp("world"))
        finally:
            database.flush()
            for connection in connections.all(initialized_only=True):
                connection.close()


@pytest.fixture(scope="module")
def app(world: worlds.World) -> Iterator[Any]:
    """A bare connection as the application role, past all of our own code. It last spoke for acme, and committed."""
    made = psycopg2.connect(**connections["default"].get_connection_params())
    with made, made.cursor() as cursor:
        cursor.execute(f"SET LOCAL app.tenant = '{world.acme.id}'")
    yield made
    made.close()


@pytest.fixture(scope="module")
def catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """Queries of the catalogue as the owner of the schema."""

    def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    with django_db_blocker.unblock():
        yield ask
