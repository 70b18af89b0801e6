"""While an outcome is measured nobody is asked to deliver it; and what a standing service has earned by its end is not lost."""

from dataclasses import replace

import pytest

from aftersales.outcomes.reading import reading_of
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.disputes.errors import TooLate
from orders.disputes.operations import open_dispute
from orders.outcomes.metrics import Tally
from orders.outcomes.operations import sweep_merchant
from orders.outcomes.queries import rows_of
from orders.service.policies import possible_with
from orders.service.terms import TrialTerms
from tests import cast
from tests.orders.outcomes.shop import AT, CAP, CLAUSE, DAY, agreement, measuring, returns, sell, standing, terms
from tests.orders.outcomes.test_settling import lose_control_group, measured, swept
from tests.orders.service.stories import Story, signed

pytestmark = pytest.mark.django_db(transaction=True)
#: The first period's report is due on the ninth of April; three days later the merchant may leave.
LATE = 40


def serving(*, treated: int, control: int, trial: bool = False) -> Story:
    """A standing service in its first period, with a thousand buyers who count."""
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    agreed = replace(standing(), trial=TrialTerms(20)) if trial else standing()
    story = signed(agreed, merchant=merchant).fund(1)
    sell(story, 1_000)
    swept(story, days=5)
    returns(story, treated=treated, control=control)
    return story


def test_the_next_step_is_to_wait_for_the_result_and_other_work_goes_on() -> None:
    story = measuring()
    story.deliver(1)
    assert story.next() == ("merchant", "review")
    story.do("merchant", "accept_milestone", 1)
    assert (story.next(), story.order.next_due_at) == (("nobody", "measure"), AT + 60 * DAY)
    with scope(story.provider.id):
        assert "deliver" not in possible_with(story.order, story.milestone(2), "provider")


def test_a_blocked_result_asks_for_a_split() -> None:
    story = measured(treated=5, control=30)
    story.deliver(1).do("merchant", "accept_milestone", 1)
    lose_control_group(story)
    swept(story, days=60)
    assert story.next() == ("merchant", "divide")


def test_the_fee_of_a_service_left_because_it_is_late_is_settled_on_its_last_day() -> None:
    story = serving(treated=5, control=30)
    story.at = AT + LATE * DAY
    story.act("merchant", "cancel_late", reason="Nothing came")
    found, fee = agreement(story), story.milestone(2)
    assert (found.state, found.verdict, fee.kind, fee.amount, fee.state) == ("settled", "paid", "variable", found.fee, "planned")
    assert 0 < found.fee <= CLAUSE.cap_minor
    assert (story.milestone(1).state, story.order.state, story.order.ends_at) == ("refunded", "active", story.at)
    with scope(story.provider.id):
        assert rows_of(found, side="provider").count() == found.eligible == 1_000
    story.fund(2)
    story.do("merchant", "accept_milestone", 2)
    assert (story.order.state, story.milestone(2).to_provider) == ("terminated", found.fee)


def test_a_day_nobody_agreed_on_pays_less_than_the_agreed_one_for_the_same_effect() -> None:
    story = serving(treated=5, control=30)
    story.at = AT + LATE * DAY
    story.act("merchant", "cancel_late", reason="")
    found = agreement(story)
    arms = [found.part(arm) for arm in ("treated", "control")]
    tallies = [Tally(arm["units"], arm["successes"], arm["units"], arm["units"]) for arm in arms]
    agreed = reading_of(*tallies, holdout_share=0.5, planned=True)
    assert agreed.rate is not None
    assert found.part("rate")["low"] < agreed.rate.low
    assert sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + 60 * DAY) == 0
    assert agreement(story).fee == found.fee


def test_without_an_effect_the_service_ends_at_once() -> None:
    story = serving(treated=30, control=30)
    story.at = AT + LATE * DAY
    story.act("merchant", "cancel_late", reason="")
    found = agreement(story)
    assert (found.state, found.verdict, found.fee, story.order.state) == ("settled", "no_effect", 0, "cancelled")


def test_left_in_its_trial_a_service_pays_no_variable_fee_as_the_clause_says() -> None:
    story = serving(treated=5, control=30, trial=True)
    story.at = AT + 15 * DAY
    story.act("merchant", "end_trial", reason="")
    assert (agreement(story).state, story.order.state, len(story.milestones)) == ("stopped", "terminated", 1)


def test_a_blocked_result_can_be_disputed_and_notice_does_not_end_it() -> None:
    story = measured(treated=5, control=30)
    lose_control_group(story)
    swept(story, days=60)
    story.at = AT + 61 * DAY
    story.act("merchant", "give_notice", reason="Enough.")
    story.later(days=8).sweep()
    assert story.milestone(2).state == "funded", "no rule moves the money"
    dispute = open_dispute(
        organization_id=story.provider.id, milestone_id=story.milestone(2).pk, reason="other", statement="It worked.",
        to_provider=CAP, by=story.by("provider"), at=story.at,
    )  # fmt: skip
    assert (dispute.at_stake, story.milestone(2).state) == (CAP, "disputed")


def test_what_is_being_measured_cannot_be_disputed() -> None:
    story = measuring()
    with pytest.raises(TooLate):
        open_dispute(
            organization_id=story.merchant.id, milestone_id=story.milestone(2).pk, reason="other", statement="No.",
            to_provider=0, by=story.by("merchant"), at=story.at,
        )  # fmt: skip


def test_notice_does_not_end_what_is_measured() -> None:
    """Who sees figures he does not like cannot leave them; the result comes on its day, and then the contract ends."""
    story = measuring()
    story.later(days=1).act("merchant", "give_notice", reason="Enough.")
    for _week in range(3):
        story.later(days=8).sweep()
    assert (story.order.state, story.milestone(2).state, agreement(story).state) == ("active", "funded", "measuring")
    sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + 60 * DAY)
    assert agreement(story).state == "settled"
    story.at = AT + 61 * DAY
    story.sweep()
    assert story.order.state in ("completed", "terminated")


def test_an_outcome_agreed_again_is_measured_though_its_row_is_another() -> None:
    story = signed(terms()).fund(1)
    with_it = story.offered.agreed
    without = with_it.changed(milestones=with_it.milestones[:1], clauses={})
    for agreed in (without, with_it):
        story.act("provider", "revise_contract", terms=agreed, base_hash=story.offered.hash, note="")
        story.accept("merchant")
    (again,) = [row for row in story.milestones if row.state == "planned" and row.amount == CAP]
    assert again.position == 3, "the second was dropped"
    story.fund(3)
    assert agreement(story).milestone_id == again.pk
    assert story.milestone(3).is_measured
