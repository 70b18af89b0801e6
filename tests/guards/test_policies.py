"""Editing a policy: what raises a cap or loosens a guard waits for a second person."""

from typing import Any

import pytest

from aftersales.guards.approvals.operations import decide
from aftersales.guards.models import Approval
from aftersales.models import ProgramPolicy
from aftersales.programs.changing import PolicyMoved, change_policy, loosened
from aftersales.programs.policies import active_policy
from aftersales.programs.registry import PROGRAMS, program_named
from marketplace.tenancy.actor import CLI, Actor
from marketplace.tenancy.scope import scope
from tests import cast
from tests.guards.doors import AT, PROGRAM
from tests.guards.stories import people

pytestmark = pytest.mark.django_db(transaction=True)


def change(merchant: cast.Merchant, *, by: Actor, program: str = PROGRAM, **settings: Any) -> ProgramPolicy | Approval:
    with scope(merchant.id):
        active = active_policy(merchant_id=merchant.id, program=program)
    wanted = {**(active.settings if active else {}), **settings}
    return change_policy(merchant_id=merchant.id, program=program_named(program), settings=wanted, automatic=True, by=by, at=AT)


def in_force(merchant: cast.Merchant) -> dict[str, Any]:
    with scope(merchant.id):
        found = active_policy(merchant_id=merchant.id, program=PROGRAM)
        assert found is not None
        return found.settings


@pytest.mark.parametrize(
    ("settings", "waits"),
    [
        ({"cap_per_claim": 900}, False),
        ({"cap_per_claim": 1_001}, True),
        ({"cap_per_claim": None}, True),
        ({"price_error_hold": 60}, False),
        ({"price_error_hold": 80}, True),
        ({"price_error_hold": None}, True),
        ({"headroom": False}, True),
        ({"max_claims_per_line": 3}, True),
        ({"window_days": 30}, False),
        ({"window_days": 30, "headroom": False}, True),
    ],
)
def test_only_loosening_waits(settings: dict[str, Any], waits: bool) -> None:
    acme = cast.acme()
    maker, _checker = people(acme)
    change(acme, by=maker, cap_per_claim=1_000)
    found = change(acme, by=maker, **settings)
    assert isinstance(found, Approval) is waits
    assert all(in_force(acme)[name] == value for name, value in settings.items()) is not waits


def test_the_approved_version_is_in_force_with_all_of_its_changes() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    change(acme, by=maker)
    asked = change(acme, by=maker, window_days=30, price_error_hold=90)
    assert asked.payload["changed"] == {"price_error_hold": [70, 90]}
    decide(merchant_id=acme.id, approval_id=asked.pk, approve=True, reason="", by=checker, at=AT)
    assert (in_force(acme)["window_days"], in_force(acme)["price_error_hold"]) == (30, 90)


def test_an_approval_does_not_undo_a_version_that_came_in_between() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    change(acme, by=maker)
    asked = change(acme, by=maker, price_error_hold=90)
    change(acme, by=checker, price_error_hold=50)
    with pytest.raises(PolicyMoved):
        decide(merchant_id=acme.id, approval_id=asked.pk, approve=True, reason="", by=checker, at=AT)
    assert in_force(acme)["price_error_hold"] == 50
    with scope(acme.id):
        assert Approval.objects.get(pk=asked.pk).state == "waiting"


def test_the_first_version_and_the_command_line_do_not_wait() -> None:
    acme = cast.acme()
    maker, _checker = people(acme)
    change(acme, by=maker, headroom=False)
    change(acme, by=CLI, price_error_hold=None)
    assert (in_force(acme)["headroom"], in_force(acme)["price_error_hold"]) == (False, None)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_what_is_guarded_is_a_parameter_and_staying_is_not_loosening(name: str) -> None:
    program = program_named(name)
    defaults = program.validated({})
    assert set(program.guarded) <= set(defaults)
    assert loosened(program, defaults, defaults) == {}
