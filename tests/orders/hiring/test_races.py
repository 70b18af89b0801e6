"""Two at once. Each race has a control: without the lock of the need it is lost, so that the test would notice it missing."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.hiring import queries
from orders.hiring.errors import TooMany
from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.operations import common, inviting
from orders.service.models import ServiceOrder
from tests import cast
from tests.orders.hiring.stories import AT, CHEAPER, Deal, invited, owner, published, ready, submitted
from tests.providers.moderation.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_deals() -> tuple[Deal, Deal]:
    """One need of acme's with the proposals of two providers."""
    acme, studio, rival = cast.acme(), ready(cast.studio()), ready(cast.rival())
    first = Deal.quoted(acme, studio)
    lead = invited(acme, rival, first.brief)
    submitted(rival, lead, CHEAPER)
    return first, Deal(acme, rival, first.brief, lead)


def unlocked(*, merchant_id: int, pk: int, lock: bool = False) -> Brief:
    """The door without its lock."""
    brief = Brief.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if brief is None:
        raise NotFound(f"need {pk}")
    return brief


def after_reading(barrier: Barrier, real: Callable[..., Any]) -> Callable[..., Any]:
    """Go on when both have read."""

    def read(**facts: Any) -> Any:
        found = real(**facts)
        barrier.wait(10)
        return found

    return read


def orders(deal: Deal) -> int:
    with scope(deal.merchant.id):
        return ServiceOrder.objects.filter(merchant_id=deal.merchant.id).count()


def both_accept(deals: tuple[Deal, Deal]) -> list[Any]:
    return at_once(*(lambda deal=deal: deal.act("accept_proposal", seen=1) for deal in deals))


def test_of_two_proposals_accepted_at_once_one_becomes_a_contract(two_deals: tuple[Deal, Deal]) -> None:
    found = both_accept(two_deals)
    assert sorted(type(result).__name__ for result in found) == ["NotPossible", "Proposal"]
    assert orders(two_deals[0]) == 1
    assert sorted(deal.state[2] for deal in two_deals) == ["accepted", "declined"]


def test_control_without_the_lock_of_the_need_both_become_contracts(
    two_deals: tuple[Deal, Deal], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for anybody: what ends the others must not lock them either, or the database itself would refuse one."""
    monkeypatch.setattr(common, "access_brief", after_reading(Barrier(2), unlocked))
    monkeypatch.setattr("orders.hiring.operations.accepting.end_dealings", lambda *_args, **_facts: 0)
    found = both_accept(two_deals)
    assert [type(result).__name__ for result in found] == ["Proposal", "Proposal"]
    assert orders(two_deals[0]) == 2


def test_a_double_click_makes_one_contract(two_deals: tuple[Deal, Deal]) -> None:
    deal = two_deals[0]
    found = at_once(*(lambda: deal.act("accept_proposal", seen=1) for _click in range(2)))
    assert sorted(type(result).__name__ for result in found) == ["NotPossible", "Proposal"]
    assert (orders(deal), deal.state[2]) == (1, "accepted")


def test_accepting_and_withdrawing_at_once_end_in_one_of_the_two(two_deals: tuple[Deal, Deal]) -> None:
    deal = two_deals[0]
    found = at_once(lambda: deal.act("accept_proposal", seen=1), lambda: deal.act("withdraw_proposal"))
    assert sorted(isinstance(result, Proposal) for result in found) == [False, True]
    assert any(isinstance(result, NotPossible) for result in found)
    assert (orders(deal), deal.state[2]) in ((1, "accepted"), (0, "withdrawn"))


@pytest.fixture
def last_place(monkeypatch: pytest.MonkeyPatch) -> tuple[cast.Merchant, Brief, list[cast.Provider]]:
    """A need with room for one more, and two who could have it."""
    monkeypatch.setattr(inviting, "MOST_INVITED", 1)
    acme, providers = cast.acme(), [ready(cast.studio()), ready(cast.rival())]
    return acme, published(acme), providers


def both_invite(place: tuple[cast.Merchant, Brief, list[cast.Provider]]) -> list[Any]:
    acme, brief, providers = place
    by = owner(acme)
    return at_once(
        *(
            lambda each=each: inviting.invite(merchant_id=acme.id, brief_id=brief.pk, provider_ids=[each.id], by=by, at=AT)
            for each in providers
        )
    )


def invitations(merchant: cast.Merchant) -> int:
    with scope(merchant.id):
        return Invitation.objects.filter(merchant_id=merchant.id).count()


def test_two_colleagues_do_not_invite_more_than_there_are_places(
    last_place: tuple[cast.Merchant, Brief, list[cast.Provider]],
) -> None:
    found = both_invite(last_place)
    assert [type(result) for result in found if not isinstance(result, list)] == [TooMany]
    assert invitations(last_place[0]) == 1


def test_control_without_the_lock_of_the_need_both_take_the_last_place(
    last_place: tuple[cast.Merchant, Brief, list[cast.Provider]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "access_brief", unlocked)
    monkeypatch.setattr(inviting, "suggested", _both_counted(inviting.suggested))
    found = both_invite(last_place)
    assert all(isinstance(result, list) for result in found)
    assert invitations(last_place[0]) == 2


def _both_counted(real: Callable[..., Any]) -> Callable[..., Any]:
    barrier = Barrier(2)

    def suggest(*facts: Any) -> Any:
        barrier.wait(10)
        return real(*facts)

    return suggest


def test_the_door_of_the_operations_is_the_one_the_controls_take_away() -> None:
    assert common.access_brief is queries.access_brief is inviting.access_brief
