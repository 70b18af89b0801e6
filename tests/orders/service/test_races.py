"""Two at once. Each race has a control: without the order's lock it is lost, so that the test would notice the lock missing."""

from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread, current_thread, main_thread
from typing import Any

import pytest
from django.db import connections

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.escrow.models import Release
from orders.service.models import Milestone, ServiceOrder, Timer
from orders.service.operations import common, timing
from orders.service.queries import access_order
from tests.orders.service.stories import Story, delivered, signed

pytestmark = pytest.mark.django_db(transaction=True)
#: Seconds the first waits for the second to read. With the lock it never will; without, it does however busy the machine is.
PATIENCE = {True: 1.5, False: 25}


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run these in threads of their own; what each returned, or the error it was told."""
    found: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            found[place] = acts[place]()
        except UserError as error:
            found[place] = error
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.fixture(params=["locked", "without the lock"])
def is_locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both wait after reading until the other has read as well: with the lock the second cannot, and the first goes on."""
    locked = request.param == "locked"
    barrier, met = Barrier(2), set[Thread]()
    read = common._milestones

    def reading(order: ServiceOrder) -> list[Milestone]:
        found = read(order) if locked else list(Milestone.objects.filter(merchant_id=order.merchant_id, order_id=order.pk))
        for milestone in found:
            milestone.order = order
        me = current_thread()
        if me is not main_thread() and me not in met:  # the story is told by the main thread; one may read twice
            met.add(me)
            with suppress(BrokenBarrierError):
                barrier.wait(PATIENCE[locked])
        return found

    def opening(*, organization_id: int, pk: int, locked: bool = False) -> ServiceOrder:
        return access_order(organization_id=organization_id, pk=pk)

    monkeypatch.setattr(common, "_milestones", reading)
    if not locked:
        monkeypatch.setattr(common, "access_order", opening)
    return locked


def recorded(story: Story, action: str) -> int:
    with scope(story.merchant.id):
        return AuditEvent.objects.filter(merchant_id=story.merchant.id, action=f"orders.milestone.{action}").count()


def test_accepting_and_disputing_at_once_leave_money_and_state_in_step(is_locked: bool) -> None:
    story = delivered()
    milestone_id = story.milestone().pk
    common_facts = {"milestone_id": milestone_id}
    _accepted, frozen = at_once(
        lambda: story.act("merchant", "accept_milestone", **common_facts),
        lambda: story.act("provider", "freeze_milestone", **common_facts),
    )
    row = story.milestone()
    with scope(story.merchant.id):
        is_paid = Release.objects.filter(merchant_id=story.merchant.id).exists()
    in_step = not isinstance(frozen, UserError) and row.state == "disputed" and is_paid == (row.frozen_from == "accepted")
    assert in_step == is_locked


def test_accepting_twice_at_once_is_accepting_once(is_locked: bool) -> None:
    story = delivered()
    milestone_id = story.milestone().pk
    at_once(*[lambda: story.act("merchant", "accept_milestone", milestone_id=milestone_id)] * 2)
    assert (recorded(story, "accepted") == 1) == is_locked
    with scope(story.merchant.id):  # the money is paid once in any case: escrow's key stands behind the lock
        assert Release.objects.filter(merchant_id=story.merchant.id).count() == 1


def test_funding_twice_at_once_holds_once() -> None:
    story = signed().pay(2_000_00)
    milestone_id = story.milestone().pk
    answers = at_once(*[lambda: story.act("merchant", "fund_milestone", milestone_id=milestone_id)] * 2)
    assert not any(isinstance(answer, UserError) for answer in answers), "the second click gets the stored answer"
    assert (recorded(story, "funded"), story.wallet()) == (1, 1_600_00)


def test_the_clock_and_a_person_accept_once() -> None:
    story = delivered().later(days=7)
    milestone_id = story.milestone().pk
    at_once(
        lambda: timing.run_order(merchant_id=story.merchant.id, order_id=story.order_id, by=BEAT, at=story.at),
        lambda: story.act("merchant", "accept_milestone", milestone_id=milestone_id),
    )
    with scope(story.merchant.id):
        failed = Timer.objects.filter(merchant_id=story.merchant.id, order_id=story.order_id, attempts__gt=0).exists()
    assert (recorded(story, "accepted"), failed, story.milestone().state) == (1, False, "accepted")


def test_two_sweeps_at_once_do_everything_once() -> None:
    story = delivered().later(days=7)
    done = at_once(story.sweep, story.sweep)
    assert story.milestone().state == "accepted"
    assert recorded(story, "accepted") == 1 and sum(done) == 3  # two reminders, and the end of the time to look
