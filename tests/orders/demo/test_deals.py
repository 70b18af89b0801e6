"""The demo's contracts are told through the doors people use: twice is once, killed is continued, the books balance."""

from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from marketplace.accounts.models import User
from marketplace.ledger.queries import verify_all
from marketplace.tenancy.scope import scope
from orders.demo import telling
from orders.demo.telling import tell_deals
from orders.escrow.models import Release
from orders.service.models import Milestone, ServiceOrder
from orders.shifts.models import Timesheet
from providers.demo.founding import organization_of
from tests.providers.demo.test_telling import NOW, folder, tell
from tests.tenancy.world import fingerprint

__all__ = ["folder"]
pytestmark = pytest.mark.django_db(transaction=True)
BANK = {"holder": "Market Ltd", "bank": "A bank", "account": "0000"}


def owner() -> User:
    """Of acme, whom telling the market has made."""
    return User.objects.get(email="owner@acme.example")


def tell_all(path: Path) -> str:
    staff = User.objects.get(email="staff@shangban.example")
    with override_settings(PAY_IN_BANK=BANK):
        return tell_deals(path, merchants={"yunduo": owner()}, staff=staff, at=NOW, say=lambda _line: None)


def states() -> dict[str, tuple[str, list[str]]]:
    """Contracts by title: their state, and their milestones'."""
    merchant_id = organization_of(owner())
    with scope(merchant_id):
        orders = ServiceOrder.objects.filter(merchant_id=merchant_id).order_by("pk")
        parts = Milestone.objects.filter(merchant_id=merchant_id).order_by("position")
        return {order.title: (order.state, [each.state for each in parts if each.order_id == order.pk]) for order in orders}


def test_contracts_stand_where_the_story_leaves_them(folder: Path) -> None:
    tell(folder)
    tell_all(folder)
    found = list(states().values())
    assert ("completed", ["accepted"]) in found, "the detail pages"
    assert ("active", ["accepted", "accepted", "funded"]) in found, "the evening seats, in their third month"
    merchant_id = organization_of(owner())
    with scope(merchant_id):
        assert Release.objects.filter(merchant_id=merchant_id).count() == 3
        weeks = list(Timesheet.objects.filter(merchant_id=merchant_id).order_by("week"))
    # Three agents, seven evenings; one came 25 minutes late, one 130, one not at all.
    assert [(sheet.state, sheet.planned) for sheet in weeks] == [("accepted", 21), ("accepted", 21), ("review", 21)]
    assert [round(sheet.parts / 10_000, 2) for sheet in weeks] == [20.64, 20.7, 19.41], "presence ends with the last event"
    checked = verify_all()
    assert (checked["accounts_off"], checked["transfers_off"]) == ([], [])


def test_told_twice_nothing_changes(folder: Path) -> None:
    tell(folder)
    tell_all(folder)
    before = fingerprint(organization_of(owner()))
    assert tell_all(folder).endswith(" 0 steps taken now")
    assert fingerprint(organization_of(owner())) == before


@pytest.mark.parametrize("after", [1, 6, 11])
def test_killed_anywhere_it_goes_on(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    tell(folder)
    real, taken = telling._step, []

    def dying(deal: Any, k: int) -> bool:
        if len(taken) == after:
            raise KeyboardInterrupt
        taken.append(k)
        return real(deal, k)

    monkeypatch.setattr(telling, "_step", dying)
    with pytest.raises(KeyboardInterrupt):
        tell_all(folder)
    half = states()
    monkeypatch.setattr(telling, "_step", real)
    tell_all(folder)
    assert half != states()
    assert sorted(state for state, _parts in states().values()) == ["active", "active", "completed"]


def test_every_step_of_the_file_is_known() -> None:
    import json

    from django.conf import settings

    told = json.loads((settings.BASE_DIR / "demo/market/deals.json").read_text("utf-8"))
    assert {step["do"] for deal in told["deals"] for step in deal["steps"]} <= set(telling.ACTS)
    for deal in told["deals"]:
        days = [step["days"] for step in deal["steps"]]
        assert days == sorted(days) and days[-1] < 0, deal["name"]
