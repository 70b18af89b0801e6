"""What the runner offers every program: its own words, its own pace, its own lock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aftersales import operations
from aftersales.programs import registry
from aftersales.programs.contract import Program, RunContext, all_counts
from aftersales.programs.policies import save_policy
from aftersales.programs.runner import ProgramBusy, program_lock
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.market import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 6, 12, 7, tzinfo=UTC)


class Counted:
    def as_counts(self) -> dict[str, Any]:
        return {"enrolled": 3, "suppressed": {"opted_out": 1}, "shown": [1, 2]}


seen: list[RunContext] = []


def run(context: RunContext) -> Counted:
    seen.append(context)
    return Counted()


HOURLY = Program(
    name="hourly",
    presets={"default": {}},
    validated=dict,
    may_pay=lambda _settings: True,
    run=run,
    interval=timedelta(minutes=10),
    lock=7199,
)


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[cast.Merchant]:
    monkeypatch.setitem(registry.PROGRAMS, HOURLY.name, HOURLY)
    seen.clear()
    made = cast.acme()
    with scope(made.id):
        save_policy(merchant_id=made.id, program=HOURLY, settings={}, automatic=True, by=CLI, at=NOON)
    yield made


def test_a_program_prints_its_own_counts(acme: cast.Merchant) -> None:
    found = doors.command("run_program", "hourly", "--merchant", acme.slug, "--as-of", "2026-03-06T12:07:00+00:00")
    assert list(found) == "program merchant as_of policy_version enrolled suppressed dry_run seconds".split()
    assert (found["enrolled"], found["suppressed"], found["policy_version"]) == (3, {"opted_out": 1}, 1)
    (context,) = seen
    assert (context.by, context.as_of, context.dry_run) == (CLI, NOON, False)


def test_the_audit_names_the_counts_but_not_the_lists(acme: cast.Merchant) -> None:
    doors.command("run_program", "hourly", "--merchant", acme.slug, "--as-of", "2026-03-06T12:07:00+00:00")
    facts = doors.one(acme, "SELECT facts FROM audit_auditevent WHERE action = 'aftersales.run.closed'")
    assert "enrolled" in str(facts) and "shown" not in str(facts)
    assert all_counts({"a": 1, "rows": [], "seconds": 2}, None) == {"a": 1}


def test_it_runs_by_itself_once_per_interval(acme: cast.Merchant) -> None:
    def opened(at: datetime) -> bool:
        found = operations.open_automatic_run(merchant_id=acme.id, program="hourly", by=CLI, at=at)
        return found is not None

    assert [opened(NOON + timedelta(minutes=m)) for m in (0, 2, 3, 12, 13)] == [True, False, True, False, True]
    slots = [slot for (slot,) in doors.rows(acme, "SELECT slot FROM aftersales_programrun ORDER BY id")]
    assert slots == ["2026-03-06T12:00", "2026-03-06T12:10", "2026-03-06T12:20"]


@pytest.mark.parametrize(("lock", "is_busy"), [(HOURLY.lock, False), (7102, True)])
def test_a_program_with_a_lock_of_its_own_need_not_wait_for_money(acme: cast.Merchant, lock: int, is_busy: bool) -> None:
    def take() -> None:
        with program_lock(acme.id, wait=False, lock=lock):
            pass

    with program_lock(acme.id):
        (found,) = at_once(take)
    assert isinstance(found, ProgramBusy) == is_busy


def test_an_unknown_program_is_not_found() -> None:
    with pytest.raises(registry.NotFound):
        registry.program_named("nothing")
