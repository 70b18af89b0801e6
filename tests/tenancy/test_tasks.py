"""Every task called as a stranger: with his own merchant and somebody else's objects."""

from contextlib import suppress
from typing import Any

import pytest
from celery.app.task import Task
from django.db import connections

from marketplace.celery import app as celery
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.guard import tenant_tables
from marketplace.tenancy.scope import current
from tests.tenancy.tasks import TASKS
from tests.tenancy.world import Filled, World, fingerprint

ONE = sorted(name for name, (kind, _ids) in TASKS.items() if kind == "one")
TABLES = {
    "dispute_id": "disputes_dispute",
    "round_id": "reviews_reviewround",
    "batch_id": "store_importbatch",
    "run_id": "aftersales_programrun",
    "shop_id": "merchants_shop",
    "forecast_id": "previews_forecast",
    "comparison_id": "guards_reconciliationrun",
    "training_id": "retention_intents_intenttraining",
    "export_id": "onboarding_export",
}
SWEEPS = sorted(name for name, (kind, _ids) in TASKS.items() if kind == "sweep")


celery.loader.import_default_modules()


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch, world: World) -> list[tuple[str, dict[str, Any]]]:
    sent: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: sent.append((task.name, kwargs or {})))
    return sent


def call(name: str, tenant: Filled, objects: Filled) -> Any:
    ids = {argument: objects.ids[kind] for argument, kind in TASKS[name][1].items()}
    return celery.tasks[name](merchant_id=tenant.id, **ids)


def pair(world: World, name: str) -> tuple[Filled, Filled]:
    """Ours and the stranger, of the kind of organization whose objects the task names."""
    kinds = TASKS[name][1].values()
    return world.pair("provider" if any(kind not in world.acme.ids for kind in kinds) else "merchant")


def test_every_task_has_its_row() -> None:
    assert {name for name in celery.tasks if not name.startswith("celery.")} == set(TASKS)


@pytest.mark.parametrize("name", ONE)
def test_a_stranger_with_a_foreign_id_does_nothing(world: World, name: str) -> None:
    ours, stranger = pair(world, name)
    before = fingerprint(ours.id)
    with suppress(NotFound):  # a foreign id is a missing one
        call(name, stranger, ours)
    assert fingerprint(ours.id) == before
    assert current() is None


@pytest.mark.parametrize("name", ONE)
def test_ids_that_do_not_exist_do_nothing(world: World, name: str) -> None:
    ours, stranger = pair(world, name)
    before = fingerprint(ours.id), fingerprint(stranger.id)
    nobody = Filled(stranger.merchant, dict.fromkeys(stranger.ids, 2**62), {})
    with suppress(NotFound):
        celery.tasks[name](merchant_id=2**31 - 1, **{key: nobody.ids[kind] for key, kind in TASKS[name][1].items()})
    assert (fingerprint(ours.id), fingerprint(stranger.id)) == before


@pytest.mark.parametrize("name", SWEEPS)
def test_sweeps_send_each_merchant_its_own_ids(world: World, nudges: list[tuple[str, dict[str, Any]]], name: str) -> None:
    assert celery.tasks[name]() == len(nudges)
    for _sent, values in nudges:
        assert set(values) <= {"merchant_id", "channel", *TABLES}
        for argument, table in TABLES.items():
            if argument in values:
                assert owner_of(table, values[argument]) == values["merchant_id"]


def owner_of(table: str, pk: int) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT {tenant_tables()[table]} FROM {table} WHERE id = %s", [pk])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", ["store.import.continued", "aftersales.run.executed"])
def test_the_same_task_with_the_right_merchant_does_its_work(world: World, name: str) -> None:
    """Otherwise the stranger's failure would say nothing. The stranger's own object serves, and is used up."""
    before, acme = fingerprint(world.other.id), fingerprint(world.acme.id)
    call(name, world.other, world.other)
    assert fingerprint(world.other.id) != before
    assert fingerprint(world.acme.id) == acme
