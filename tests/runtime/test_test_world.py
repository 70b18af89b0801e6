"""The test world itself: a suite that runs as the wrong role, or leaks rows, proves nothing."""

import psycopg2
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, connections

from marketplace.embedded import roles
from marketplace.health.models import WorkerHeartbeat
from tests import database


def current(alias: str) -> tuple[str, str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        return cursor.fetchone()


@pytest.mark.django_db
def test_every_alias_has_its_role_in_the_same_test_database():
    found = {alias: current(alias) for alias in ("default", "system", "owner")}
    assert [user for user, _ in found.values()] == [roles.APP, roles.SYSTEM, roles.OWNER]
    names = {name for _, name in found.values()}
    assert len(names) == 1
    assert names.pop().startswith(database.PREFIX)


@pytest.mark.django_db(transaction=True)
def test_the_application_may_not_truncate():
    with pytest.raises(ProgrammingError) as refused, connection.cursor() as cursor:
        cursor.execute("TRUNCATE health_workerheartbeat")
    assert isinstance(refused.value.__cause__, psycopg2.errors.InsufficientPrivilege)


@pytest.mark.django_db(transaction=True)
def test_a_flush_removes_what_a_test_wrote_and_keeps_what_migrations_wrote():
    seeded = ContentType.objects.count()
    assert seeded
    ContentType.objects.create(app_label="planted", model="planted")
    WorkerHeartbeat.objects.create(name="planted")
    database.flush()
    assert ContentType.objects.count() == seeded
    assert not WorkerHeartbeat.objects.exists()
