"""A contract from its draft to its end: states, money, who acts next, and what time does."""

from datetime import timedelta

import pytest

from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.escrow.models import FeeLine, Waiver
from orders.escrow.operations import NotEnoughInWallet
from orders.service.errors import BadAmounts, ChangedMeanwhile, GateClosed, NotYourTurn, RevisionsUsedUp
from orders.service.files import checked
from orders.service.models import DeliveryFile
from orders.service.operations import draft_order
from orders.service.operations.drafting import Source
from orders.service.terms import MilestoneTerms, contract_hash, from_json, to_json
from providers.scorecards.models import ScoreEvent
from tests import cast
from tests.orders.service.stories import (
    AT,
    FIXED,
    MONTHLY,
    SHARE,
    SHIFTS,
    STAGES,
    TRIAL,
    YEAR,
    accepted,
    delivered,
    drafted,
    funded,
    signed,
)

#: Committed rows: the sweep looks as another role.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("terms", [STAGES, FIXED, MONTHLY, SHARE, TRIAL, SHIFTS, YEAR], ids=lambda terms: terms.model)
def test_terms_survive_being_stored_and_keep_their_hash(terms) -> None:
    assert from_json(to_json(terms)) == terms
    assert contract_hash(from_json(to_json(terms)), "general/1") == contract_hash(terms, "general/1")
    assert contract_hash(terms.changed(title="Another"), "general/1") != contract_hash(terms, "general/1")
    assert contract_hash(terms, "general/2") != contract_hash(terms, "general/1")


def test_both_sides_accept_the_same_hash_and_the_contract_is_signed() -> None:
    story = drafted()
    assert story.next() == ("merchant", "accept")
    story.accept("merchant")
    assert (story.order.state, story.next()) == ("drafted", ("provider", "accept"))
    story.accept("provider")
    assert (story.order.state, story.next(), story.states()) == ("signed", ("merchant", "fund"), ["planned", "planned"])
    assert story.order.next_due_at == AT + timedelta(days=7)


def test_accepting_twice_changes_nothing() -> None:
    story = drafted()
    story.accept("merchant")
    story.accept("merchant")
    story.accept("provider")
    story.accept("provider")
    assert story.order.state == "signed"


def test_a_version_that_was_replaced_cannot_be_accepted() -> None:
    story = drafted()
    old = story.offered.hash
    story.act("provider", "revise_contract", terms=STAGES.changed(scope="One page."), base_hash=old)
    with pytest.raises(ChangedMeanwhile):
        story.act("merchant", "accept_contract", version_hash=old)
    assert story.next() == ("merchant", "accept")
    story.accept("merchant")
    assert story.order.state == "signed"  # who changed it has accepted what he wrote


def test_two_who_change_the_same_version_do_not_overwrite_each_other() -> None:
    story = drafted()
    old = story.offered.hash
    story.act("provider", "revise_contract", terms=STAGES.changed(scope="One page."), base_hash=old)
    with pytest.raises(ChangedMeanwhile):
        story.act("merchant", "revise_contract", terms=STAGES.changed(scope="Three pages."), base_hash=old)


def test_a_provider_that_may_not_take_orders_gets_none() -> None:
    acme, studio = cast.acme(), cast.studio()
    with pytest.raises(GateClosed) as refused:
        draft_order(merchant_id=acme.id, provider_id=studio.id, terms=STAGES, source=Source("listing"), by=_by(acme), at=AT)
    assert refused.value.reasons


def test_a_provider_on_trial_takes_no_large_order() -> None:
    with pytest.raises(GateClosed):
        drafted(FIXED.changed(milestones=(MilestoneTerms("Large", 2_000_001, 5),)))


def test_work_begins_only_when_it_is_funded() -> None:
    story = signed()
    with pytest.raises(NotPossible):
        story.deliver()
    with pytest.raises(NotEnoughInWallet) as missing:
        story.do("merchant", "fund_milestone")
    assert missing.value.missing == 400_00
    story.fund()
    assert (story.order.state, story.states(), story.next()) == ("active", ["funded", "planned"], ("provider", "deliver"))
    assert story.milestone().due_at == AT + timedelta(days=14)


def test_funding_twice_holds_the_money_once() -> None:
    story = funded().pay(400_00)
    story.do("merchant", "fund_milestone")
    assert story.wallet() == 400_00


def test_accepting_releases_the_money_once_and_the_last_completes_the_contract() -> None:
    story = delivered()
    assert story.next() == ("merchant", "review")
    story.do("merchant", "accept_milestone")
    story.do("merchant", "accept_milestone")
    assert (story.states(), story.next()) == (["accepted", "planned"], ("merchant", "fund"))
    story.fund(2).deliver(2).do("merchant", "accept_milestone", 2)
    assert (story.order.state, story.states()) == ("completed", ["accepted", "accepted"])
    assert [(row.to_provider, row.to_merchant) for row in story.milestones] == [(400_00, 0), (600_00, 0)]
    assert story.next() == ("provider", "hand_over")


def test_changes_are_asked_for_within_the_included_rounds_and_the_time_to_look_begins_anew() -> None:
    story = delivered()
    for _round in (1, 2):
        story.later(days=2).do("merchant", "request_changes", text="Warmer, please.")
        assert story.next() == ("provider", "redeliver")
        story.later(days=1).deliver()
        assert story.milestone().auto_accept_at == story.at + timedelta(days=7)
    with pytest.raises(RevisionsUsedUp):
        story.do("merchant", "request_changes", text="Again.")
    assert story.milestone().state == "delivered"


def test_silence_accepts_after_reminders() -> None:
    story = delivered()
    assert set(story.timers()) == {"auto_accept", "remind_3", "remind_1"}
    assert story.later(days=4).sweep() == 1
    assert story.later(days=2).sweep() == 1
    assert story.later(days=1).sweep() == 1
    assert story.states() == ["accepted", "planned"]
    assert story.sweep() == 0


def test_the_time_to_look_is_extended_once_and_the_reminders_come_again() -> None:
    story = delivered().later(days=6)
    story.sweep()
    story.do("merchant", "extend_review")
    assert story.milestone().auto_accept_at == AT + timedelta(days=14)
    with pytest.raises(NotPossible):
        story.do("merchant", "extend_review")
    assert story.later(days=1).sweep() == 0
    assert story.later(days=7).sweep() >= 1
    assert story.states()[0] == "accepted"


def test_late_work_is_marked_and_may_be_cancelled_with_everything_back() -> None:
    story = funded().pay(600_00)
    story.do("merchant", "fund_milestone", 2)
    story.later(days=14, minutes=1).sweep()
    assert story.milestone().is_late
    from orders.service.errors import NotLateEnough

    with pytest.raises(NotLateEnough):
        story.act("merchant", "cancel_late")
    story.later(days=3).act("merchant", "cancel_late")
    assert (story.order.state, story.states(), story.wallet()) == ("cancelled", ["refunded", "refunded"], 1_000_00)


def test_a_split_moves_money_only_when_the_other_side_agrees() -> None:
    story = delivered()
    offer = story.do("merchant", "propose_split", to_provider=300_00)
    assert story.next()[1] in ("review", "answer_split")
    with pytest.raises(NotYourTurn):
        story.do("merchant", "agree_split", split_id=offer.pk)
    story.do("provider", "agree_split", split_id=offer.pk)
    row = story.milestone()
    assert (row.state, row.to_provider, row.to_merchant, story.wallet()) == ("split", 300_00, 100_00, 100_00)
    with pytest.raises(NotPossible):
        story.do("provider", "agree_split", split_id=offer.pk)


def test_no_split_is_above_what_is_held() -> None:
    story = delivered()
    for amount in (-1, 400_01):
        with pytest.raises(BadAmounts):
            story.do("merchant", "propose_split", to_provider=amount)


def test_the_provider_may_give_everything_back() -> None:
    story = funded(FIXED)
    story.do("provider", "refund_milestone")
    assert (story.order.state, story.states(), story.wallet()) == ("terminated", ["refunded"], 1_000_00)


def test_files_are_sealed_and_open_for_both_parties_only() -> None:
    from orders.service.files import bytes_of

    story = funded()
    story.deliver(files=[checked(b"page one" * 100_000, name="pages.zip")])
    with scope(story.provider.id):
        file = DeliveryFile.objects.get(provider_id=story.provider.id)
    for side in ("merchant", "provider"):
        assert b"".join(bytes_of(file, story.id(side))) == b"page one" * 100_000


def test_a_stranger_finds_nothing() -> None:
    story = delivered()
    stranger, rival = cast.other(), cast.rival()
    from orders.service.operations import accept_milestone, deliver

    with pytest.raises(NotFound):
        accept_milestone(
            organization_id=stranger.id, order_id=story.order_id, milestone_id=story.milestone().pk, by=_by(stranger), at=AT
        )
    with pytest.raises(NotFound):
        deliver(
            organization_id=rival.id, order_id=story.order_id, milestone_id=story.milestone().pk, note="x", by=_by(rival), at=AT
        )


def test_a_draft_nobody_signs_and_a_contract_nobody_pays_lapse() -> None:
    story = drafted().later(days=7)
    story.sweep()
    assert story.order.state == "cancelled"
    other = signed(merchant=story.merchant, provider=story.provider).later(days=7)
    other.sweep()
    assert (other.order.state, other.states()) == ("cancelled", ["cancelled", "cancelled"])


def test_what_rests_is_due_later_but_what_is_delivered_is_still_looked_at() -> None:
    story = funded().pay(600_00)
    story.do("merchant", "fund_milestone", 2)
    story.deliver()
    story.act("merchant", "pause_order", reason="Holidays")
    assert "late" not in story.timers() and "auto_accept" in story.timers()
    story.later(days=5).act("merchant", "resume_order")
    assert story.milestone(2).due_at == AT + timedelta(days=19)


def test_who_goes_on_after_the_trial_pays_and_who_says_nothing_does_not() -> None:
    story = funded(TRIAL)
    assert story.order.trial_ends_at == AT + timedelta(days=14)
    story.act("merchant", "continue_trial")
    assert story.later(days=14).sweep() == 0 and story.order.state == "active"
    silent = funded(TRIAL, merchant=story.merchant, provider=story.provider)
    before = silent.wallet()
    silent.later(days=14).sweep()
    assert (silent.order.state, silent.wallet() - before) == ("terminated", 500_00)


def test_a_standing_service_is_invoiced_ahead_and_rests_while_nobody_pays() -> None:
    story = funded(MONTHLY)
    first = story.milestone()
    assert (str(first.period_from), str(first.period_until)) == ("2026-03-06", "2026-04-05")
    story.later(days=24, hours=12).sweep()
    second = story.milestone(2)
    assert (str(second.period_from), str(second.period_until), second.amount) == ("2026-04-06", "2026-05-05", 500_00)
    assert story.next() == ("merchant", "fund") or story.next() == ("provider", "deliver")
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=15).sweep()
    assert story.order.state == "paused"
    story.fund(2)
    assert story.order.state == "active"


def test_notice_ends_a_standing_service_with_a_whole_period_and_not_before_its_term() -> None:
    story = funded(MONTHLY)
    story.later(days=1).act("merchant", "give_notice", reason="We do it ourselves.")
    order = story.order
    assert str(order.ends_at)[:10] == "2026-05-05"  # midnight in Shanghai after the second month
    with pytest.raises(NotPossible):
        story.act("provider", "withdraw_notice")
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=24).sweep()
    story.fund(2).deliver(2).do("merchant", "accept_milestone", 2)
    story.later(days=36).sweep()
    assert (story.order.state, story.states()) == ("terminated", ["accepted", "accepted"])
    assert story.next() == ("provider", "hand_over")


def test_handing_over_is_done_by_one_side_and_confirmed_by_the_other() -> None:
    story = accepted(FIXED)
    with scope(story.merchant.id):
        from orders.service.queries import handover_of

        accounts, access = handover_of(story.order)
    with pytest.raises(NotYourTurn):
        story.act("merchant", "hand_over", item_id=accounts.pk)
    story.act("provider", "hand_over", item_id=accounts.pk)
    assert story.next()[1] in ("confirm", "hand_over")
    story.act("merchant", "hand_over", item_id=accounts.pk)
    story.act("merchant", "hand_over", item_id=access.pk)
    story.act("provider", "hand_over", item_id=access.pk)
    assert story.next() == ("nobody", "")


def test_only_confirmed_shifts_are_paid_and_the_rest_is_used_for_the_next_period() -> None:
    story = funded(SHIFTS)
    story.later(days=25).sweep()
    with pytest.raises(BadAmounts):
        story.deliver()
    story.deliver(quantity=7).do("merchant", "accept_milestone")
    first, second = story.milestones
    assert (first.to_provider, first.to_merchant, second.basis["rolled"]) == (700_00, 300_00, 300_00)
    story.pay(700_00).do("merchant", "fund_milestone", 2)
    assert (story.wallet(), story.milestone(2).state) == (0, "funded")
    story.deliver(2, quantity=12).do("merchant", "accept_milestone", 2)
    assert story.milestone(3).kind == "variable" and story.milestone(3).amount == 200_00


def test_a_signed_contract_is_amended_by_both_and_what_has_begun_stays() -> None:
    from orders.service.errors import BadTerms

    story = funded()
    more = STAGES.changed(milestones=(*STAGES.milestones, MilestoneTerms("Third", 100_00, 5)))
    with pytest.raises(BadTerms):
        story.act(
            "provider", "revise_contract", base_hash=story.offered.hash,
            terms=STAGES.changed(milestones=(MilestoneTerms("Sketch", 900_00, 14), *STAGES.milestones[1:])),
        )  # fmt: skip
    story.act("provider", "revise_contract", terms=more, base_hash=story.offered.hash)
    assert story.order.signed_version == 1 and len(story.milestones) == 2
    story.accept("merchant")
    assert story.order.signed_version == 2
    assert [row.amount for row in story.milestones] == [400_00, 600_00, 100_00]


def test_what_was_signed_cannot_be_rewritten_in_the_database() -> None:
    from django.db import Error, transaction

    story = signed()
    version = story.offered
    with scope(story.merchant.id), pytest.raises(Error, match="never changes"), transaction.atomic():
        version.terms = {**version.terms, "title": "Something else"}
        version.save(update_fields=["terms"])


def test_scores_hear_of_orders_deliveries_and_acceptances() -> None:
    story = funded().later(days=16).deliver()
    story.do("merchant", "accept_milestone")
    with scope(story.provider.id):
        found = {event.kind: event.value for event in ScoreEvent.objects.filter(provider_id=story.provider.id)}
    assert found == {"ordered": 0, "delivered": 2, "accepted": 1}


def test_a_frozen_milestone_stands_still_and_a_ruling_shares_it_out() -> None:
    story = delivered()
    story.do("merchant", "freeze_milestone")
    assert (story.states()[0], story.next()) == ("disputed", ("market", "rule"))
    assert "auto_accept" not in story.timers()
    _settle(story, 100_00)
    row = story.milestone()
    assert (row.state, row.to_provider, row.to_merchant, story.wallet()) == ("split", 100_00, 300_00, 300_00)


def test_a_ruling_after_the_payment_takes_it_back() -> None:
    story = accepted(FIXED)
    story.do("merchant", "freeze_milestone")
    _settle(story, 0)
    assert (story.order.state, story.states(), story.wallet()) == ("completed", ["refunded"], 1_000_00)


def test_a_dispute_that_is_taken_back_leaves_time_to_look() -> None:
    story = delivered()
    story.do("merchant", "freeze_milestone")
    story.later(days=30)
    from orders.service.operations import thaw_milestone

    thaw_milestone(
        merchant_id=story.merchant.id, order_id=story.order_id, milestone_id=story.milestone().pk, by=_by(story.merchant),
        at=story.at,
    )  # fmt: skip
    assert (story.states()[0], story.milestone().auto_accept_at) == ("delivered", story.at + timedelta(days=3))


def _settle(story, to_provider: int) -> None:
    from orders.service.operations import settle_milestone

    settle_milestone(
        merchant_id=story.merchant.id, order_id=story.order_id, milestone_id=story.milestone().pk, to_provider=to_provider,
        ruling="R1", by=_by(story.merchant), at=story.at,
    )  # fmt: skip


def _by(party):
    from marketplace.tenancy.actor import person

    return person(party.owner.pk)


def test_a_waiver_of_a_category_above_takes_the_fee_off_for_contracts_signed_meanwhile() -> None:
    Waiver.objects.using("system").create(
        tag="agency-operation", reason_zh="开业减免", reason_en="Opening", valid_from=AT - timedelta(days=1),
        valid_until=AT + timedelta(days=1),
    )  # fmt: skip
    story = signed()
    with scope(story.merchant.id):
        lines = FeeLine.objects.filter(merchant_id=story.merchant.id, component="service")
        assert [line.waiver_reason_en for line in lines] == ["Opening"]
