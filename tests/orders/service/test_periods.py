"""Periods of standing services: where they end, what a rest does to them, and what nobody is billed for."""

from datetime import timedelta
from itertools import pairwise

import pytest

from marketplace.tenancy.scope import scope
from orders.service.errors import BadTerms
from orders.service.models import Timer
from orders.service.operations import timing
from tests.orders.service.stories import MONTHLY, STAGES, YEAR, Story, drafted, funded

pytestmark = pytest.mark.django_db(transaction=True)


def days(story: Story) -> list[tuple[str, str]]:
    return [(str(row.period_from), str(row.period_until)) for row in story.milestones]


def test_notice_after_the_term_ends_with_a_period_that_is_not_invoiced_yet() -> None:
    story = funded(MONTHLY)
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=24, hours=12).sweep()
    story.fund(2)
    story.later(days=20).act("merchant", "give_notice", reason="Enough.")  # 19 April; 30 days later is 19 May
    assert str(story.order.ends_at)[:10] == "2026-06-05", "the whole third period"
    story.later(days=60).sweep()
    assert days(story)[-1] == ("2026-05-06", "2026-06-05")


def test_notice_does_not_prolong_what_ends_by_itself() -> None:
    story = funded(YEAR)
    ends = story.order.ends_at
    story.later(days=350).act("merchant", "give_notice", reason="Enough.")
    assert story.order.ends_at == ends
    story.sweep()
    story.later(days=30).sweep()
    assert len(story.milestones) == 1, "no second year"


def test_a_term_is_a_whole_number_of_periods() -> None:
    story = funded(YEAR)
    with pytest.raises(BadTerms) as refused:
        story.act("merchant", "extend_contract", months=3)
    assert refused.value.where == "recurring.min_months"
    story.act("merchant", "extend_contract", months=12)


def test_months_that_rested_are_not_billed() -> None:
    story = funded(MONTHLY)  # 6 March to 5 April
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=10).act("merchant", "pause_order", reason="Holidays")
    story.later(days=75).act("merchant", "resume_order")  # 30 May
    story.sweep()
    assert days(story) == [("2026-03-06", "2026-04-05"), ("2026-05-30", "2026-06-29")]
    story.later(days=5).sweep()
    assert story.order.state == "active", "the time to pay begins with the invoice"
    story.fund(2)
    story.later(days=25).sweep()
    assert days(story)[2] == ("2026-06-30", "2026-07-29"), "reckoned from the day it went on"


def test_a_period_that_was_invoiced_and_not_begun_begins_when_the_work_goes_on() -> None:
    story = funded(MONTHLY)
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=24, hours=12).sweep()
    story.fund(2)
    story.act("merchant", "pause_order", reason="Holidays")  # 31 March
    story.later(days=30).act("merchant", "resume_order")  # 30 April
    assert days(story)[1] == ("2026-04-30", "2026-05-29")
    assert str(story.milestone(2).due_at) > "2026-06-01"


def test_who_pays_late_pays_for_the_days_worked_and_those_to_come() -> None:
    story = funded(MONTHLY)
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=24, hours=12).sweep()  # 6 April to 5 May, due on the 5th of April
    story.later(days=15).sweep()
    rested = story.order.paused_at
    assert story.order.state == "paused" and rested is not None
    story.later(days=40)
    story.fund(2)
    first = story.milestone(2).period_from
    worked = rested.date() - first.replace(month=4, day=6)
    assert story.at.date() - first == worked, "as many days as it was worked unpaid"
    assert story.order.state == "active"


def test_dropping_the_last_open_stage_completes_the_contract() -> None:
    story = funded(STAGES)
    story.deliver().do("merchant", "accept_milestone")
    terms = story.offered.agreed
    story.act(
        "merchant", "revise_contract", terms=terms.changed(milestones=terms.milestones[:1]), base_hash=story.offered.hash, note=""
    )
    story.accept("provider")
    assert (story.order.state, story.states()) == ("completed", ["accepted", "cancelled"])


def test_timers_that_fail_are_tried_less_and_less_often_for_a_day_and_then_by_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timing.HANDLERS["unsigned"]

    def fails(*_: object) -> None:
        raise RuntimeError("disk on fire")

    story = drafted().later(days=8)
    monkeypatch.setitem(timing.HANDLERS, "unsigned", fails)

    def timer() -> Timer:
        with scope(story.merchant.id):
            return Timer.objects.filter(merchant_id=story.merchant.id, kind="unsigned").latest("id")

    tried = []
    for _ in range(26 * 60 // 5):
        story.sweep()
        if timer().tried_at == story.at:
            tried.append(story.at)
        story.later(minutes=5)
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert (len(tried), timer().state, timer().attempts) == (30, "failed", 30)
    assert gaps == sorted(gaps) and timedelta(minutes=60) <= gaps[-1] <= timedelta(minutes=65)
    assert timedelta(hours=22) < tried[-1] - tried[0] < timedelta(hours=26)
    monkeypatch.setitem(timing.HANDLERS, "unsigned", real)
    by = story.by("merchant")
    assert [timing.try_again(merchant_id=story.merchant.id, order_id=story.order_id, by=by, at=story.at) for _ in range(2)] == [
        1,
        0,
    ]
    story.sweep()
    assert story.order.state == "cancelled"
