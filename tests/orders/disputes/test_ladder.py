"""The ladder of a dispute, rung by rung: who acts, until when, what silence does, and where the money goes."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import translation

from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.ledger.models import LedgerAccount
from marketplace.tenancy.actor import BEAT, person
from marketplace.tenancy.scope import scope
from orders.disputes import operations, policies
from orders.disputes.errors import AlreadyDisputed, BadAmount, FeeNotCovered, NothingSaid, NotYourTurn, OwnRuling, TooLate
from orders.disputes.models import Dispute, DisputeStep
from orders.disputes.queries import consequences, due
from orders.disputes.states import DISPUTE_TABLE, OPEN, PARTY_ACTS, DisputeState
from orders.service.operations import accept_milestone
from providers.scorecards.models import ScoreEvent
from tests import cast
from tests.orders.service import stories
from tests.orders.service.stories import Story

pytestmark = pytest.mark.django_db(transaction=True)
STAFF, COLLEAGUE = person(9001), person(9002)
PRICE = 400_00


class Quarrel:
    """A disputed first milestone of acme's contract with the studio."""

    def __init__(self, story: Story, claimant: str = "merchant", asked: int = 100_00) -> None:
        self.story = story
        self.row = operations.open_dispute(
            organization_id=story.id(claimant), milestone_id=story.milestone().pk, reason="quality", statement="It is poor.",
            to_provider=asked, by=story.by(claimant), at=story.at,
        )  # fmt: skip

    @property
    def now(self) -> Dispute:
        with scope(self.story.merchant.id):
            return Dispute.objects.select_related("milestone", "order").get(merchant_id=self.story.merchant.id, pk=self.row.pk)

    def act(self, side: str, act: str, **facts: Any) -> Dispute:
        return operations.act_in_dispute(
            organization_id=self.story.id(side), dispute_id=self.row.pk, act=act, by=self.story.by(side), at=self.story.at,
            **{"text": "Because.", **facts},
        )  # fmt: skip

    def staff(self, name: str, to_provider: int, by: Any = STAFF) -> Dispute:
        return getattr(operations, name)(
            merchant_id=self.story.merchant.id, dispute_id=self.row.pk, to_provider=to_provider, text="Reasons.", by=by,
            at=self.story.at,
        )  # fmt: skip

    def wait(self, **span: float) -> "Quarrel":
        self.story.later(**span)
        operations.sweep(by=BEAT, at=self.story.at)
        return self

    def escalated(self) -> "Quarrel":
        self.act("provider", "answer", to_provider=PRICE)
        self.act("merchant", "escalate")
        return self

    def ruled(self, to_provider: int = 200_00) -> "Quarrel":
        self.escalated().staff("propose", 250_00)
        self.act("merchant", "decline")
        self.staff("rule", to_provider)
        return self


@pytest.fixture
def quarrel() -> Quarrel:
    return Quarrel(stories.delivered())


def balance(organization_id: int, code: str) -> int:
    with scope(organization_id):
        found = LedgerAccount.objects.filter(merchant_id=organization_id, code=code).first()
        return found.balance if found else 0


def earned(quarrel: Quarrel) -> int:
    """What the provider has or will have; fees are off."""
    return sum(balance(quarrel.story.provider.id, code) for code in ("earnings_pending", "earnings"))


def test_opening_stops_the_milestone_and_its_clock(quarrel: Quarrel) -> None:
    assert quarrel.story.states()[0] == "disputed"
    assert "auto_accept" not in quarrel.story.timers()
    with pytest.raises(NotPossible):
        quarrel.story.do("merchant", "accept_milestone")
    with pytest.raises(AlreadyDisputed):
        Quarrel(quarrel.story, "provider", PRICE)


@pytest.mark.parametrize(("days", "allowed"), [(6, True), (8, False)])
def test_an_accepted_milestone_may_be_disputed_for_seven_days(days: int, allowed: bool) -> None:
    story = stories.accepted().later(days=days)
    if not allowed:
        with pytest.raises(TooLate):
            Quarrel(story)
        assert story.states()[0] == "accepted"
    else:
        assert Quarrel(story).now.state == "opened"


def test_nothing_to_dispute_before_a_delivery() -> None:
    with pytest.raises(TooLate):
        Quarrel(stories.funded())


@pytest.mark.parametrize(("error", "facts"), [(NothingSaid, {"statement": " "}), (BadAmount, {"to_provider": PRICE + 1})])
def test_a_dispute_says_why_and_asks_for_a_possible_share(error: type[Exception], facts: dict[str, Any]) -> None:
    story = stories.delivered()
    given = {"reason": "quality", "statement": "Poor.", "to_provider": 0} | facts
    with pytest.raises(error):
        operations.open_dispute(
            organization_id=story.merchant.id, milestone_id=story.milestone().pk, by=story.by("merchant"), at=story.at, **given
        )
    assert story.states()[0] == "delivered"


def test_a_stranger_has_no_dispute(quarrel: Quarrel) -> None:
    for stranger in (cast.other(), cast.rival()):
        with pytest.raises(NotFound):
            operations.act_in_dispute(
                organization_id=stranger.id, dispute_id=quarrel.row.pk, act="answer", text="x", by=person(stranger.owner.pk),
                at=quarrel.story.at,
            )  # fmt: skip
        with scope(stranger.id):
            assert not Dispute.objects.filter(pk=quarrel.row.pk).exists()


def test_silence_for_three_working_days_loses_and_may_be_appealed(quarrel: Quarrel) -> None:
    """Opened on a Friday: the answer is due on the Wednesday after."""
    assert (quarrel.now.due_at - quarrel.row.opened_at).days == 5  # type: ignore[operator]
    assert quarrel.wait(days=4).now.state == "opened"
    assert quarrel.wait(days=1, hours=1).now.state == "ruled"
    assert quarrel.wait(days=3, hours=1).now.outcome == "silence"
    assert (quarrel.now.final_to_provider, quarrel.story.states()[0], quarrel.story.wallet()) == (100_00, "split", 300_00)


def test_both_agree_while_they_talk(quarrel: Quarrel) -> None:
    quarrel.act("provider", "answer", to_provider=PRICE)
    quarrel.act("provider", "offer", to_provider=300_00)
    with pytest.raises(NotYourTurn):
        quarrel.act("provider", "agree")
    with translation.override("en"), pytest.raises(NotPossible, match="changed"):
        quarrel.act("merchant", "agree", to_provider=299_00)
    quarrel.act("merchant", "agree", to_provider=300_00)
    found = quarrel.now
    assert (found.state, found.outcome, found.final_to_provider) == ("settled", "agreed", 300_00)
    assert (quarrel.story.wallet(), quarrel.story.states()[0]) == (100_00, "split")
    with scope(quarrel.story.provider.id):
        assert not ScoreEvent.objects.filter(kind="ruled").exists(), "an agreement is nobody's fault"


def test_the_other_side_gives_in(quarrel: Quarrel) -> None:
    quarrel.act("provider", "agree")
    assert (quarrel.now.final_to_provider, quarrel.now.outcome) == (100_00, "agreed")


def test_taken_back_the_milestone_goes_on(quarrel: Quarrel) -> None:
    quarrel.act("merchant", "withdraw")
    assert (quarrel.now.state, quarrel.story.states()[0]) == ("withdrawn", "delivered")
    quarrel.story.do("merchant", "accept_milestone")
    assert quarrel.story.states()[0] == "accepted"


def test_the_proposal_is_carried_out_when_both_accept(quarrel: Quarrel) -> None:
    quarrel.act("provider", "answer")
    quarrel.wait(days=7, hours=1)
    assert quarrel.now.state == "escalated"
    quarrel.staff("propose", 250_00)
    quarrel.act("merchant", "accept")
    assert policies.acts_next(quarrel.now) == "provider"
    with pytest.raises(NotYourTurn):
        quarrel.act("merchant", "accept")
    quarrel.act("provider", "accept")
    assert (quarrel.now.outcome, quarrel.now.final_to_provider, quarrel.story.wallet()) == ("proposal", 250_00, 150_00)


def test_a_proposal_nobody_answers_becomes_a_ruling_and_counts(quarrel: Quarrel) -> None:
    quarrel.escalated().staff("propose", 250_00)
    assert quarrel.wait(days=2, hours=1).now.state == "ruling"
    quarrel.staff("rule", 200_00)
    assert quarrel.wait(days=3, hours=1).now.outcome == "ruling"
    with scope(quarrel.story.provider.id):
        (event,) = ScoreEvent.objects.filter(kind="ruled")
    assert (event.value, event.subject_id) == (1, quarrel.row.pk), "200 is nearer to 100 than to 400"


def test_an_appeal_is_paid_for_decided_by_another_and_the_fee_comes_back_when_won(quarrel: Quarrel) -> None:
    quarrel.ruled(200_00)
    quarrel.act("provider", "appeal")
    fee = policies.appeal_fee("CNY")
    assert balance(quarrel.story.provider.id, "earnings") == -fee
    with pytest.raises(OwnRuling):
        quarrel.staff("decide_appeal", 300_00)
    quarrel.staff("decide_appeal", 300_00, by=COLLEAGUE)
    found = quarrel.now
    assert (found.outcome, found.appeal_won, found.final_to_provider) == ("appeal", True, 300_00)
    assert balance(quarrel.story.provider.id, "earnings") == 0
    assert quarrel.story.wallet() == 100_00


def test_a_lost_appeal_keeps_the_fee_and_an_uncovered_one_changes_nothing(quarrel: Quarrel) -> None:
    quarrel.ruled(200_00)
    with pytest.raises(FeeNotCovered):
        quarrel.act("merchant", "appeal")
    assert quarrel.now.state == "ruled"
    quarrel.story.pay(policies.appeal_fee("CNY"), "for the appeal")
    quarrel.act("merchant", "appeal")
    quarrel.staff("decide_appeal", 200_00, by=COLLEAGUE)
    assert (quarrel.now.appeal_won, quarrel.story.wallet()) == (False, 200_00)


@pytest.mark.parametrize("state", ["talking", "escalated", "ruling", "appealed"])
def test_nothing_outlives_thirty_days(quarrel: Quarrel, state: str) -> None:
    """By the ruling, else the proposal, else the middle of what both want."""
    expected = {"talking": 250_00, "escalated": 250_00, "ruling": 300_00, "appealed": 200_00}[state]
    if state == "talking":
        with connections["owner"].cursor() as cursor:
            quarrel.act("provider", "answer", to_provider=PRICE)
            cursor.execute("UPDATE disputes_dispute SET due_at = cap_at")
    elif state == "escalated":
        quarrel.escalated()
    elif state == "ruling":
        quarrel.escalated().staff("propose", 300_00)
        quarrel.act("merchant", "decline")
    else:
        quarrel.ruled(200_00).act("provider", "appeal")
    assert quarrel.now.state == state
    quarrel.wait(days=30, hours=1)
    assert (quarrel.now.state, quarrel.now.final_to_provider) == ("settled", expected)
    assert quarrel.story.wallet() == PRICE - expected
    if state == "appealed":
        assert balance(quarrel.story.provider.id, "earnings") >= 0, "an appeal the market did not decide costs nothing"


def test_after_acceptance_the_money_is_taken_back(quarrel: Quarrel) -> None:
    story = stories.accepted(merchant=quarrel.story.merchant, provider=quarrel.story.provider)
    before = story.wallet()
    later = Quarrel(story, asked=100_00)
    with scope(story.merchant.id):
        shown = consequences(later.now, 100_00, story.at)
    assert (shown.to_merchant, shown.is_released, shown.net - shown.fee_back) == (300_00, True, -(300_00))
    later.act("provider", "agree")
    assert (story.wallet() - before, story.states()[0]) == (300_00, "split")


def test_the_preview_is_what_happens(quarrel: Quarrel) -> None:
    with scope(quarrel.story.merchant.id):
        shown = consequences(quarrel.now, 100_00, quarrel.story.at)
    quarrel.act("provider", "agree")
    assert (earned(quarrel), quarrel.story.wallet()) == (shown.net, shown.to_merchant)


def test_time_acts_once(quarrel: Quarrel) -> None:
    quarrel.story.later(days=6)
    assert due(quarrel.story.at) == [(quarrel.story.merchant.id, quarrel.row.pk)]
    assert [operations.sweep(by=BEAT, at=quarrel.story.at) for _ in range(2)] == [1, 0]
    with scope(quarrel.story.merchant.id):
        assert DisputeStep.objects.filter(dispute_id=quarrel.row.pk, act="lapse").count() == 1


@pytest.mark.parametrize("state", DisputeState.values)
def test_every_act_the_table_does_not_allow_changes_nothing(quarrel: Quarrel, state: str) -> None:
    """Every state × every act × both sides, and the market's three."""
    closed, at = state not in OPEN, quarrel.story.at
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE disputes_dispute SET state = %s, offer_side = 'provider', offer_to_provider = 1, closed_at = %s, due_at = %s,"
            " final_to_provider = %s",
            [
                state,
                at if closed else None,
                None if closed else at,
                0 if state == "settled" else None,
            ],
        )
    before = fingerprint(quarrel)
    for side in ("merchant", "provider"):
        for act in PARTY_ACTS:
            if (state, act) not in DISPUTE_TABLE or not policies.is_turn(quarrel.now, side, act):
                with pytest.raises((NotPossible, NotAllowed)):
                    quarrel.act(side, act, to_provider=1)
                assert act not in policies.possible(quarrel.now, side)
    for name, act in (("propose", "propose"), ("rule", "rule"), ("decide_appeal", "decide")):
        if (state, act) not in DISPUTE_TABLE:
            with pytest.raises(NotPossible):
                quarrel.staff(name, 1)
    assert fingerprint(quarrel) == before


def fingerprint(quarrel: Quarrel) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM disputes_dispute t")
        first = cursor.fetchone()
        cursor.execute("SELECT count(*), (SELECT count(*) FROM ledger_ledgertransfer) FROM disputes_disputestep")
        return [first, cursor.fetchone(), quarrel.story.states()]


def test_accepting_and_disputing_at_once_one_wins() -> None:
    story = stories.delivered()
    start, found = threading.Barrier(2), []

    def run(act: Any) -> None:
        try:
            start.wait()
            act()
            found.append("done")
        except UserError as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    def accept() -> None:
        accept_milestone(
            organization_id=story.merchant.id, order_id=story.order_id, milestone_id=story.milestone().pk,
            by=story.by("merchant"), at=story.at,
        )  # fmt: skip

    def dispute() -> None:
        Quarrel(story, "provider", PRICE)

    threads = [threading.Thread(target=run, args=(act,)) for act in (accept, dispute)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    # Accepted first, it may still be disputed; disputed first, it cannot be accepted.
    assert (sorted(found), story.states()[0]) in ((["NotPossible", "done"], "disputed"), (["done", "done"], "disputed"))
    with scope(story.merchant.id):
        row = Dispute.objects.select_related("milestone").get(merchant_id=story.merchant.id)
        assert row.milestone.frozen_from == ("accepted" if sorted(found) == ["done", "done"] else "delivered")


def test_two_who_open_at_once_open_one() -> None:
    story = stories.delivered()
    start, found = threading.Barrier(2), []

    def run(side: str) -> None:
        try:
            start.wait()
            Quarrel(story, side, 1_00)
            found.append("done")
        except UserError as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(side,)) for side in ("merchant", "provider")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == ["AlreadyDisputed", "done"]


def test_a_dispute_never_ends_before_its_clock_says_so(quarrel: Quarrel) -> None:
    for hours in range(0, 24 * 4, 24):
        assert not operations.advance_dispute(
            merchant_id=quarrel.story.merchant.id,
            dispute_id=quarrel.row.pk,
            by=BEAT,
            at=quarrel.story.at + timedelta(hours=hours),
        )


def test_what_was_settled_is_not_disputed_again() -> None:
    quarrel = Quarrel(stories.accepted(positions=(1,))).ruled(PRICE).wait(days=10)
    assert (quarrel.now.state, quarrel.story.milestone().state) == ("settled", "accepted")
    assert policies.may_open(quarrel.story.milestone(), quarrel.story.at - timedelta(days=7)), "the time alone would allow it"
    quarrel.story.at = quarrel.story.milestone().closed_at + timedelta(days=1)
    with pytest.raises(AlreadyDisputed):
        Quarrel(quarrel.story)
