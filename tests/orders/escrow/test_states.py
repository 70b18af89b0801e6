"""What the state of a deal allows: every act in every state, for both parties, by the one table; refused acts change nothing."""

from typing import Any

import pytest
from django.db import DatabaseError

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import NotPossible, allows
from orders.escrow.models import Deal
from orders.escrow.states import DEAL
from tests.orders.escrow.stage import Stage, system

pytestmark = pytest.mark.django_db(transaction=True)
#: The act of the table, the operation, and what it is asked for.
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "hold": ("hold", {"key": "new", "amount": 10}),
    "release": ("release", {"hold_key": "milestone:1", "key": "new", "amount": 10}),
    "refund": ("refund", {"hold_key": "milestone:1", "key": "new", "amount": 10}),
    "roll": ("roll", {"hold_key": "milestone:1", "to_hold_key": "new", "amount": 10}),
    "reverse": ("reverse", {"release_key": "r1", "key": "new", "amount": 10, "ruling": ""}),
    "charge": ("charge", {"side": "merchant", "key": "new", "amount": 10}),
    "close": ("close_deal", {}),
}
TABLES = ("deal", "hold", "release", "refund", "roll", "reversal")


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.hold(10_000)
    made.release(4_000)
    return made


def rows() -> list[Any]:
    """Everything that could have changed."""
    parts = [
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM escrow_{name} t" for name in TABLES
    ]
    return system(" UNION ALL ".join([*parts, "SELECT 'ledger', count(*)::text FROM ledger_ledgerentry"]))


def test_the_table_names_every_act_and_state() -> None:
    assert {act for _state, act in DEAL} == set(ACTS)
    assert {state for state, _act in DEAL} | set(DEAL.values()) == set(Deal.State.values)


@pytest.mark.parametrize("by_provider", [False, True], ids=["merchant", "provider"])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", Deal.State.values)
def test_each_act_is_done_or_refused_as_the_table_says(state: str, act: str, by_provider: bool, stage: Stage) -> None:
    if state == "closed" or act == "close":
        stage.refund(6_000, key="rest")
    if state == "closed":
        stage.act("close_deal")
    name, facts = ACTS[act]
    before = rows()
    if allows(DEAL, state, act):
        if by_provider and act in ("hold", "charge"):  # the wallet is the merchant's own
            with pytest.raises(DatabaseError, match="only the merchant"):
                stage.act(name, by_provider=True, **facts)
            assert rows() == before
            return
        stage.act(name, by_provider=by_provider, **facts)
        assert rows() != before
    elif act == "close":
        assert stage.act(name, by_provider=by_provider).state == "closed"
        assert rows() == before
    else:
        with pytest.raises(NotPossible):
            stage.act(name, by_provider=by_provider, **facts)
        assert rows() == before
    with pytest.raises(UserError):
        stage.act("release", hold_key="milestone:1", key="too much", amount=10_000)
