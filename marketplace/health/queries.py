"""What ``/readyz`` reports: four checks, each with what it found."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypedDict

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from marketplace.health.models import SCHEDULED, WorkerHeartbeat

STALE_SECONDS = 60.0


class Check(TypedDict, total=False):
    """Outcome of one check. ``error`` names the kind of failure only: the endpoint is public."""

    ok: bool
    error: str
    age_seconds: float
    unapplied: int


def readiness() -> dict[str, Check]:
    """Run every check; a failing one never hides the others."""
    checks: dict[str, Callable[[], Check]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "migrations": _migrations,
    }
    return {name: _guarded(check) for name, check in checks.items()}


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except (DatabaseError, redis.RedisError) as error:
        return {"ok": False, "error": type(error).__name__}


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True}


def _broker() -> Check:
    client = redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0))
    try:
        return {"ok": bool(client.ping())}
    finally:
        client.close()


def _worker() -> Check:
    """Age of the youngest worker's beat. The scheduled beat tells about the queue, which a long job may delay."""
    latest = WorkerHeartbeat.objects.exclude(name=SCHEDULED).order_by("-beaten_at").values_list("beaten_at").first()
    if latest is None:
        return {"ok": False, "error": "NoWorkerYet"}
    age = (timezone.now() - latest[0]).total_seconds()
    return {"ok": age < STALE_SECONDS, "age_seconds": round(max(age, 0.0), 1)}


def has_worker() -> bool:
    """Whether a worker has beaten lately: whether somebody will do what is put into the queue."""
    return bool(_worker().get("ok"))


class UnappliedMigrations(Exception):
    """The schema is older than the code, by this many migrations."""


def _migrations() -> Check:
    try:
        _require_all_applied()
    except UnappliedMigrations as found:
        return {"ok": False, "unapplied": found.args[0]}
    return {"ok": True, "unapplied": 0}


@lru_cache(maxsize=1)
def _require_all_applied() -> None:
    """Raise when migrations are unapplied. A pass is remembered: this process's code can need no more."""
    executor = MigrationExecutor(connection)
    unapplied = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if unapplied:
        raise UnappliedMigrations(unapplied)
