"""The probes say what is broken, and only that."""

import pytest
from django.db import connection
from django.test import Client

from marketplace.health import operations, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "_broker", lambda: {"ok": True})


def test_livez_needs_nothing(client: Client):
    assert client.get("/livez").json() == {"ok": True}


def test_ready_when_every_part_works(client: Client, broker: None):
    operations.beat(name="celery@here")
    answer = client.get("/readyz")
    assert answer.status_code == 200, answer.json()
    assert answer.json()["checks"]["migrations"] == {"ok": True, "unapplied": 0}


def test_not_ready_without_a_worker(client: Client, broker: None):
    operations.beat(name="schedule")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {"ok": False, "error": "NoWorkerYet"}


def test_not_ready_when_the_worker_has_gone_quiet(client: Client, broker: None):
    operations.beat(name="celery@here")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE health_workerheartbeat SET beaten_at = now() - interval '2 minutes'")
    check = client.get("/readyz").json()["checks"]["worker"]
    assert check["ok"] is False
    assert check["age_seconds"] >= 120


def test_not_ready_without_a_broker(client: Client, settings):
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"] == {"ok": False, "error": "ConnectionError"}
    assert answer.json()["checks"]["database"]["ok"] is True


def test_a_beat_moves_forward(transactional_db: None):
    operations.beat(name="celery@here")
    operations.beat(name="celery@here")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(beaten_at) <= now() FROM health_workerheartbeat")
        assert cursor.fetchone() == (1, True)
