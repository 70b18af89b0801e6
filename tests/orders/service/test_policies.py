"""Every act in every state by either side: what the tables forbid is refused and changes nothing, the rest goes through."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import product
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import F

from marketplace.accounts.roles import Role, permissions_of
from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.service.errors import NotYourTurn
from orders.service.models import HandoverItem, Milestone, ServiceOrder
from orders.service.permissions import RIGHTS
from orders.service.policies import MILESTONE_ACTS, OPEN_FOR, ORDER_ACTS, possible, possible_with
from orders.service.states import (
    CLOSED,
    ENDED,
    HELD,
    MILESTONE_TABLE,
    ORDER_TABLE,
    MilestoneState,
    OrderState,
)
from tests.orders.service.stories import MONTHLY, STAGES, TRIAL, Story, delivered, funded, signed

pytestmark = pytest.mark.django_db
SIDES = ("merchant", "provider")
CLOSING = {"closed_at": "at", "paused_at": None, "paused_by": ""}
#: The second click: what was done already is answered with what is there.
AGAIN = {*(("fund", state) for state in HELD), ("accept", "accepted"), ("refund", "refunded")}
TABLES = (
    "service_serviceorder", "service_milestone", "service_delivery", "service_changerequest", "service_splitproposal",
    "service_handoveritem", "service_timer", "service_contractversion", "escrow_hold", "escrow_release", "escrow_refund",
    "ledger_ledgerentry", "audit_auditevent", "outbox_message", "scorecards_scoreevent",
)  # fmt: skip


def fingerprint(story: Story) -> list[tuple[Any, ...]]:
    """Every row of hiring, money and what people are told that either party has, in this transaction."""
    parts = " UNION ALL ".join(
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t" for table in TABLES
    )
    found = []
    for side in SIDES:
        with scope(story.id(side)), connections["default"].cursor() as cursor:
            cursor.execute(parts)
            found += cursor.fetchall()
    return found


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint by hand: acts insist on a transaction of their own, in which `atomic` must not be around them."""
    point = transaction.savepoint()
    yield
    transaction.savepoint_rollback(point)


def force_order(story: Story, state: str) -> None:
    """Make the order be in a state, whatever it was."""
    at: datetime | None = story.at
    facts: dict[str, Any] = {"state": state, "closed_at": at if state in ENDED else None, "paused_at": None, "paused_by": ""}
    if state not in ("drafted", "signed"):
        facts |= {"started_at": at}
    if state == "paused":
        facts |= {"paused_at": at, "paused_by": "merchant"}
    if state == "drafted":
        facts |= {"signed_version": 0, "signed_at": None, "deal_id": None, "started_at": None, "trial_ends_at": None}
    with scope(story.merchant.id):
        ServiceOrder.objects.filter(merchant_id=story.merchant.id, pk=story.order_id).update(**facts)
        if state == "drafted":  # what the signing will make must not be there yet
            mine = Milestone.objects.filter(merchant_id=story.merchant.id, order_id=story.order_id)
            mine.update(position=F("position") + 100)


def force_milestone(story: Story, state: str) -> None:
    ended = state in CLOSED
    facts = {"closed_at": story.at, "to_provider": 0, "to_merchant": 0} if ended else {}
    with scope(story.merchant.id):
        Milestone.objects.filter(merchant_id=story.merchant.id, order_id=story.order_id, position=1).update(
            state=state, frozen_from="delivered" if state == "disputed" else "", delivered_at=story.at, auto_accept_at=story.at,
            **facts,
        )  # fmt: skip


def _do(story: Story, side: str, name: str, **facts: Any) -> Any:
    """On the first milestone, wherever it stands."""
    return story.act(side, name, milestone_id=story.milestones[0].pk, **facts)


MILESTONE_CALLS: dict[str, Callable[[Story, str], Any]] = {
    "fund": lambda story, side: _do(story, side, "fund_milestone"),
    "deliver": lambda story, side: _do(story, side, "deliver", note="Here."),
    "accept": lambda story, side: _do(story, side, "accept_milestone"),
    "request_changes": lambda story, side: _do(story, side, "request_changes", text="Warmer."),
    "extend_review": lambda story, side: _do(story, side, "extend_review"),
    "split": lambda story, side: _do(story, side, "propose_split", to_provider=1),
    "refund": lambda story, side: _do(story, side, "refund_milestone"),
}


@pytest.mark.parametrize("act", MILESTONE_CALLS)
def test_a_milestone_does_what_its_table_says_and_nothing_else(act: str) -> None:
    story = delivered()
    for state in MilestoneState.values:
        for order_state, side in product(OrderState.values, SIDES):
            with undone():
                force_milestone(story, state)
                force_order(story, order_state)
                is_open = order_state in OPEN_FOR[act]
                allowed = side in MILESTONE_ACTS[act] and is_open and (state, act) in MILESTONE_TABLE
                offered = act in possible_with(story.order, story.milestones[0], side)  # type: ignore[arg-type]
                assert offered == allowed, "a button is shown exactly where its act goes through"
                judge(MILESTONE_CALLS[act], story, side, allowed, again=side in MILESTONE_ACTS[act] and (act, state) in AGAIN)


def judge(call: Callable[[Story, str], Any], story: Story, side: str, allowed: bool, *, again: bool = False) -> None:
    before = fingerprint(story)
    try:
        call(story, side)
    except (NotPossible, NotYourTurn):
        assert not allowed
        assert fingerprint(story) == before
        return
    if not allowed:
        assert again, "a forbidden act went through"
        assert fingerprint(story) == before
        return
    assert fingerprint(story) != before


def _revise(story: Story, side: str) -> Any:
    return story.act(side, "revise_contract", terms=story.offered.agreed.changed(scope="Other."), base_hash=story.offered.hash)


def _accept(story: Story, side: str) -> Any:
    return story.accept(side)


def _hand_over(story: Story, side: str) -> Any:
    with scope(story.merchant.id):
        item = HandoverItem.objects.get(merchant_id=story.merchant.id, order_id=story.order_id, side=side)
    return story.act(side, "hand_over", item_id=item.pk)


ORDER_CALLS: dict[str, Callable[[Story, str], Any]] = {
    "revise": _revise,
    "accept": _accept,
    "cancel": lambda story, side: story.act(side, "cancel_order", reason="No."),
    "pause": lambda story, side: story.act(side, "pause_order", reason="Rest."),
    "resume": lambda story, side: story.act(side, "resume_order"),
    "give_notice": lambda story, side: story.act(side, "give_notice", reason="Enough."),
    "withdraw_notice": lambda story, side: story.act(side, "withdraw_notice"),
    "continue_trial": lambda story, side: story.act(side, "continue_trial"),
    "end_trial": lambda story, side: story.act(side, "end_trial"),
    "hand_over": _hand_over,
    "cancel_late": lambda story, side: story.act(side, "cancel_late"),
}


def _prepared(act: str) -> Story:
    """A running contract in which the act means something."""
    if act == "cancel":  # possible only while nothing is held
        story = signed(STAGES)
    else:
        story = funded(TRIAL if "trial" in act else MONTHLY if act == "withdraw_notice" else STAGES)
    with scope(story.merchant.id):
        for number, side in enumerate(SIDES, 1):
            HandoverItem.objects.create(
                merchant_id=story.merchant.id, provider_id=story.provider.id, order_id=story.order_id, position=number,
                text="Keys", side=side,
            )  # fmt: skip
    return story.later(days=40) if act == "cancel_late" else story


@pytest.mark.parametrize("act", ORDER_CALLS)
def test_an_order_does_what_its_table_says_and_nothing_else(act: str) -> None:
    story = _prepared(act)
    for state, side in product(OrderState.values, SIDES):
        with undone():
            _make_meaningful(story, act, side)
            force_order(story, state)
            allowed = side in ORDER_ACTS[act] and (state, act) in ORDER_TABLE
            if act not in ("accept", "revise", "cancel_late"):  # these depend on versions and dates, too
                assert (act in possible(story.order, side)) == allowed, (state, side)  # type: ignore[arg-type]
            judge(ORDER_CALLS[act], story, side, allowed)


def _make_meaningful(story: Story, act: str, side: str) -> None:
    if act == "accept":  # a version the side has not accepted
        other = "provider" if side == "merchant" else "merchant"
        _revise(story, other)
    if act == "withdraw_notice":
        story.act(side, "give_notice", reason="")


def test_every_state_has_a_way_out_or_is_an_end() -> None:
    for state in OrderState.values:
        leads = {act for (origin, act), then in ORDER_TABLE.items() if origin == state and then != state}
        assert bool(leads) != (state in ENDED), state
    for state in MilestoneState.values:
        leads = {act for (origin, act), then in MILESTONE_TABLE.items() if origin == state and then != state}
        assert bool(leads - {"freeze"}) != (state in CLOSED), state


def test_every_act_of_people_is_in_the_tables_and_in_the_calls() -> None:
    assert set(ORDER_CALLS) == set(ORDER_ACTS) <= {act for _state, act in ORDER_TABLE}
    assert set(MILESTONE_CALLS) == set(MILESTONE_ACTS) <= {act for _state, act in MILESTONE_TABLE}


#: Written out: the code's own table is judged by it.
HIRE, PAY = {"owner", "admin", "hiring"}, {"owner", "admin", "finance"}
SELL = {"owner", "admin", "hiring", "operator"}


@pytest.mark.parametrize("role", Role.values)
def test_roles_may_do_what_their_rights_say(role: str) -> None:
    for (side, act), right in RIGHTS.items():
        holders = (PAY if act in ("fund", "autopay") else HIRE) if side == "merchant" else SELL
        assert (right in permissions_of(role, may_export=False, kind=side)) == (role in holders), (side, act)


def test_every_act_of_a_side_has_a_right_and_no_other_act_has() -> None:
    acts = {(side, act) for act, sides in ORDER_ACTS.items() for side in sides}
    acts |= {(side, "accept_milestone" if act == "accept" else act) for act, sides in MILESTONE_ACTS.items() for side in sides}
    others = {("merchant", "draft"), ("merchant", "autopay"), ("merchant", "comment"), ("provider", "comment")}
    assert set(RIGHTS) == acts | others


def test_refusals_are_meant_for_people() -> None:
    assert issubclass(NotPossible, UserError) and issubclass(NotYourTurn, UserError)
