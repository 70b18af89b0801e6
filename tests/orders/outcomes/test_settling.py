"""An outcome from its signing to its money: what begins it, what it pays, and what nobody can do meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections

from aftersales.measurement.models import Experiment
from aftersales.outcomes.reading import reading_of
from marketplace.audit.models import AuditEvent
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from merchants.operations import add_shop
from orders.escrow.models import Hold, Release
from orders.outcomes.clause import to_json
from orders.outcomes.errors import DecidedByMeasuring, TooEarly
from orders.outcomes.metrics import MetricBusy, Tally
from orders.outcomes.models import OutcomeAgreement, OutcomeBuyer, OutcomeRow
from orders.outcomes.operations import settle, sweep_merchant
from orders.outcomes.operations.settling import plain
from orders.outcomes.paying import pay
from orders.outcomes.queries import rows_of
from orders.outcomes.tasks import sweep as sweep_task
from orders.outcomes.tasks import sweep_one
from orders.service.errors import BadTerms
from orders.service.operations import freeze_milestone, thaw_milestone
from orders.service.queries import open_split
from orders.service.terms import MilestoneTerms, Terms
from tests import cast
from tests.orders.outcomes.shop import AT, CAP, CLAUSE, DAY, agreement, measuring, returns, sell, standing, terms
from tests.orders.service.stories import STAGES, Story, drafted, signed

pytestmark = pytest.mark.django_db(transaction=True)
DUE = AT + 60 * DAY


def swept(story: Story, *, days: float) -> int:
    return sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + days * DAY)


def measured(*, treated: int, control: int, buyers: int = 1_000, clause=CLAUSE) -> Story:
    """Everything has happened but the result."""
    story = measuring(clause)
    sell(story, buyers)
    swept(story, days=5)
    returns(story, treated=treated, control=control)
    return story


# Beginning


def test_measuring_begins_when_its_money_is_held() -> None:
    story = signed(terms()).fund(1)
    with scope(story.merchant.id):
        assert not OutcomeAgreement.objects.filter(merchant_id=story.merchant.id).exists()
    story.fund(2)
    found = agreement(story)
    assert (found.state, found.started_at, found.window_ends_at, found.settles_at) == ("measuring", AT, AT + 30 * DAY, DUE)
    assert found.contract_hash == story.offered.hash
    assert found.agreed == CLAUSE
    story.do("merchant", "fund_milestone", 2)
    with scope(story.merchant.id):
        assert OutcomeAgreement.objects.filter(merchant_id=story.merchant.id).count() == 1


def test_a_standing_service_is_measured_from_its_first_funded_period_on() -> None:
    story = signed(standing()).fund(1)
    found = agreement(story)
    assert (found.state, found.milestone_id) == ("measuring", None)


def test_a_contract_without_the_clause_is_not_measured() -> None:
    story = signed().fund(1)
    with scope(story.merchant.id):
        assert not OutcomeAgreement.objects.filter(merchant_id=story.merchant.id).exists()


def test_while_another_contract_is_measured_by_the_same_program_the_money_is_not_held() -> None:
    clause = replace(CLAUSE, metric="presale_balance")
    first = measuring(clause)
    second = signed(terms(clause), merchant=first.merchant, provider=first.provider).fund(1)
    before = second.pay(CAP).wallet()
    with pytest.raises(MetricBusy, match="2026-04-05"):
        second.do("merchant", "fund_milestone", 2)
    assert second.milestone(2).state == "planned"
    assert second.wallet() == before


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        (terms(replace(CLAUSE, milestone=3)), "clauses.outcome.milestone"),
        (terms(replace(CLAUSE, milestone=0)), "clauses.outcome.milestone"),
        (terms(replace(CLAUSE, milestone=1)), "clauses.outcome.cap_minor"),
        (terms(replace(CLAUSE, metric="luck")), "clauses.outcome.metric"),
        (terms(replace(CLAUSE, settle_days=29)), "clauses.outcome.settle_days"),
        (standing(months=1), "clauses.outcome.window_days"),
        (
            replace(terms(), milestones=(STAGES.milestones[0], MilestoneTerms("The outcome", CAP, 14))),
            "milestones",
        ),
        (replace(terms(), clauses={"outcome": {"metric": "return_rate"}}), "clauses.outcome.cap_minor"),
    ],
)  # fmt: skip
def test_a_clause_that_does_not_fit_its_contract_is_refused_by_field(changed: Terms, where: str) -> None:
    with pytest.raises(BadTerms) as refused:
        drafted(changed)
    assert refused.value.where == where


# The result


def test_an_effect_pays_its_share_of_the_lower_bound_and_the_rest_goes_back() -> None:
    story = measured(treated=5, control=30)
    before = story.wallet()
    assert swept(story, days=60) == 1
    found, milestone = agreement(story), story.milestone(2)
    assert (found.state, found.verdict) == ("settled", "paid")
    assert found.value is not None
    assert found.fee == min(CAP, found.value * CLAUSE.rate // 10_000) > 0
    rate = found.part("rate")
    assert rate["estimate"] == pytest.approx(0.25, abs=0.04)
    assert found.value == int(rate["low"] * CLAUSE.per_success_minor * found.part("treated")["units"])
    assert (milestone.to_provider, milestone.to_merchant) == (found.fee, CAP - found.fee)
    assert story.wallet() == before + CAP - found.fee
    with scope(story.merchant.id):
        released = Release.objects.get(merchant_id=story.merchant.id, hold__key=milestone.hold_key)
        assert released.gross == found.fee
        held = Hold.objects.get(merchant_id=story.merchant.id, key=milestone.hold_key)
        assert held.released + held.refunded == held.amount == CAP


def test_a_large_effect_pays_the_cap_and_nothing_goes_back() -> None:
    story = measured(treated=0, control=60, clause=replace(CLAUSE, cap_minor=20_00))
    swept(story, days=60)
    found = agreement(story)
    assert (found.fee, story.milestone(2).state) == (20_00, "accepted")


@pytest.mark.parametrize(
    ("treated", "control", "buyers", "verdict"),
    [(30, 30, 1_000, "no_effect"), (40, 10, 1_000, "no_effect"), (0, 50, 150, "too_few")],
)
def test_without_a_shown_effect_everything_goes_back(treated: int, control: int, buyers: int, verdict: str) -> None:
    story = measured(treated=treated, control=control, buyers=buyers)
    before = story.wallet()
    swept(story, days=60)
    found = agreement(story)
    assert (found.state, found.verdict, found.fee) == ("settled", verdict, 0)
    assert story.milestone(2).state == "refunded"
    assert story.wallet() == before + CAP


def test_a_standing_service_is_charged_what_the_result_pays() -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    story = signed(standing(), merchant=merchant).fund(1)
    sell(story, 1_000)
    swept(story, days=5)
    returns(story, treated=5, control=30)
    swept(story, days=60)
    found = agreement(story)
    charged = next(row for row in story.milestones if row.kind == "variable")
    assert (found.milestone_id, charged.amount, charged.basis) == (charged.pk, found.fee, {"outcome": found.pk})
    assert charged.state == "planned"


def test_a_split_that_is_not_the_agreed_one_blocks_and_the_sides_decide() -> None:
    story = measured(treated=5, control=30)
    lose_control_group(story)
    swept(story, days=60)
    found = agreement(story)
    assert (found.state, found.verdict, found.fee) == ("blocked", "blocked", 0)
    assert story.milestone(2).state == "funded", "no rule moves the money"
    with pytest.raises(DecidedByMeasuring):
        story.deliver(2)
    story.do("provider", "propose_split", 2, to_provider=500_00)
    with scope(story.merchant.id):
        split = open_split(story.milestone(2))
    assert split is not None
    story.do("merchant", "agree_split", 2, split_id=split.pk)
    after = agreement(story)
    assert (after.state, after.verdict) == ("stopped", "blocked")
    assert story.milestone(2).to_provider == 500_00


def lose_control_group(story: Story) -> None:
    """Most buyers of the control group move to a shop of another currency, as a careless import might do."""
    shop, _new = add_shop(merchant="acme", shop="second", currency="USD", timezone="UTC", by=BEAT)
    with scope(story.merchant.id), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE store_buyer b SET shop_id = %s FROM measurement_assignment a"
            " WHERE a.merchant_id = %s AND b.merchant_id = a.merchant_id AND b.id = a.buyer_id AND a.arm = 'holdout'"
            " AND b.id %% 3 = 0",
            [shop.pk, story.merchant.id],
        )


def test_the_result_is_what_the_rows_behind_it_add_up_to() -> None:
    story = measured(treated=5, control=30)
    swept(story, days=60)
    found = agreement(story)
    with scope(story.provider.id):
        rows = list(rows_of(found, side="provider"))
    arms = {}
    for arm in ("treatment", "holdout"):
        mine = [row for row in rows if row.arm == arm]
        values = [row.value for row in mine]
        arms[arm] = Tally(len(mine), sum(row.succeeded for row in mine), sum(values), sum(value**2 for value in values))
    again = reading_of(arms["treatment"], arms["holdout"], holdout_share=0.5, planned=True)
    assert plain(again) == found.reading
    recomputed = pay(found.agreed, again)
    assert (recomputed.value, recomputed.fee, recomputed.verdict.value) == (found.value, found.fee, found.verdict)
    assert len(rows) == found.eligible == 1_000


def test_the_result_is_that_of_the_agreed_day_however_late_it_is_computed() -> None:
    story = measured(treated=5, control=30)
    returns_after = AT + 61 * DAY
    with scope(story.merchant.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_refundrequest (merchant_id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity,"
            " unit_amount, currency, requested_at, state, outcome)"
            " SELECT o.merchant_id, o.shop_id, o.buyer_id, l.sku_id, 'L-' || o.id, 1, 1, 1, 1, 'CNY', %s, 'single', 'refunded'"
            " FROM store_shoporder o JOIN store_shoporderline l ON l.merchant_id = o.merchant_id AND l.order_id = o.id"
            " WHERE o.merchant_id = %s",
            [returns_after, story.merchant.id],
        )
        cursor.execute(
            "INSERT INTO store_refundallocation (merchant_id, request_id, line_id, quantity)"
            " SELECT r.merchant_id, r.id, l.id, 1 FROM store_refundrequest r"
            " JOIN store_shoporder o ON o.merchant_id = r.merchant_id AND o.buyer_id = r.buyer_id"
            " JOIN store_shoporderline l ON l.merchant_id = o.merchant_id AND l.order_id = o.id"
            " WHERE r.merchant_id = %s AND r.external_ref LIKE 'L-%%'",
            [story.merchant.id],
        )
    swept(story, days=75)
    assert agreement(story).part("treated")["successes"] > 400


def test_nobody_computes_the_result_before_its_day() -> None:
    story = measured(treated=5, control=30)
    found = agreement(story)
    with pytest.raises(TooEarly):
        settle(merchant_id=story.merchant.id, agreement_id=found.pk, by=BEAT, at=DUE - timedelta(seconds=1))
    assert swept(story, days=59.9) == 0
    still = agreement(story)
    assert (still.state, still.reading, still.eligible) == ("measuring", None, 1_000)


def test_a_second_settlement_changes_nothing() -> None:
    story = measured(treated=5, control=30)
    found = agreement(story)
    for _twice in range(2):
        settle(merchant_id=story.merchant.id, agreement_id=found.pk, by=BEAT, at=DUE)
    wallet = story.wallet()
    assert swept(story, days=70) == 0
    assert story.wallet() == wallet
    with scope(story.merchant.id):
        assert OutcomeRow.objects.filter(merchant_id=story.merchant.id).count() == 1_000


def test_two_settlements_at_once_pay_once() -> None:
    story = measured(treated=5, control=30, buyers=400)
    found = agreement(story)

    def settled(_turn: int) -> str:
        try:
            return settle(merchant_id=story.merchant.id, agreement_id=found.pk, by=BEAT, at=DUE).state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(settled, range(4))) == {"settled"}
    with scope(story.merchant.id):
        assert Release.objects.filter(merchant_id=story.merchant.id).count() == 1
        assert OutcomeRow.objects.filter(merchant_id=story.merchant.id).count() == 400


def test_the_task_settles_what_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    story = measured(treated=5, control=30, buyers=300)
    monkeypatch.setattr("orders.outcomes.tasks.timezone.now", lambda: DUE)
    asked: list[int] = []
    monkeypatch.setattr("orders.outcomes.tasks.sweep_one.delay", lambda merchant_id: asked.append(merchant_id))
    assert sweep_task() == 1
    assert asked == [story.merchant.id]
    assert sweep_one(merchant_id=story.merchant.id) == 1
    assert agreement(story).state == "settled"
    assert (sweep_task(), sweep_one(merchant_id=story.merchant.id)) == (0, 0)


# Meanwhile


def test_what_the_outcome_pays_cannot_be_delivered() -> None:
    story = measuring()
    with pytest.raises(DecidedByMeasuring, match="2026-05-05"):
        story.deliver(2)
    assert story.milestone(2).state == "funded"


def test_the_provider_may_give_the_money_back_and_measuring_ends() -> None:
    story = measuring()
    story.do("provider", "refund_milestone", 2)
    found = agreement(story)
    assert (found.state, found.verdict) == ("stopped", "")
    assert swept(story, days=60) == 0
    with scope(story.merchant.id):
        assert Experiment.objects.get(merchant_id=story.merchant.id, pk=found.subject).pinned_until is None


def test_what_is_measured_cannot_be_amended_but_other_things_can() -> None:
    story = measuring()
    before = agreement(story)
    changed = story.offered.agreed.changed(clauses={"outcome": to_json(replace(CLAUSE, rate=9_000))})
    story.act("provider", "revise_contract", terms=changed, base_hash=story.offered.hash)
    with pytest.raises(DecidedByMeasuring):
        story.accept("merchant")
    assert agreement(story).agreed == before.agreed
    other = story.offered.agreed.changed(clauses=before_clauses(before), auto_accept_days=10)
    story.act("provider", "revise_contract", terms=other, base_hash=story.offered.hash)
    story.accept("merchant")
    assert story.offered.is_signed


def before_clauses(found: OutcomeAgreement) -> dict[str, object]:
    return {"outcome": to_json(found.agreed)}


def test_a_disputed_milestone_waits_for_its_ruling() -> None:
    story = measured(treated=5, control=30, buyers=300)
    milestone = story.milestone(2)
    with scope(story.merchant.id):
        freeze_milestone(
            organization_id=story.merchant.id, order_id=story.order_id, milestone_id=milestone.pk, by=BEAT, at=AT + 50 * DAY
        )
    swept(story, days=60)
    assert agreement(story).state == "measuring"
    with scope(story.merchant.id):
        thaw_milestone(
            merchant_id=story.merchant.id, order_id=story.order_id, milestone_id=milestone.pk, by=BEAT, at=AT + 61 * DAY
        )
    swept(story, days=62)
    assert agreement(story).state == "settled"


def test_the_provider_learns_no_arm_before_the_result() -> None:
    story = measured(treated=5, control=30, buyers=300)
    found = agreement(story)
    with scope(story.provider.id):
        seen = OutcomeAgreement.objects.get(provider_id=story.provider.id, pk=found.pk)
        assert (seen.eligible, seen.reading, seen.verdict) == (300, None, "")
        assert not rows_of(seen, side="provider").exists()
    swept(story, days=60)
    with scope(story.provider.id), connection.cursor() as cursor:
        assert rows_of(OutcomeAgreement.objects.get(provider_id=story.provider.id, pk=found.pk), side="provider").count() == 300
        assert not OutcomeBuyer.objects.exists(), "who the buyers are stays with the merchant"
        cursor.execute("SELECT count(*) FROM measurement_assignment")
        assert cursor.fetchone()[0] == 0
    with scope(story.merchant.id):
        assert OutcomeBuyer.objects.filter(merchant_id=story.merchant.id).count() == 300


def test_both_sides_are_told_once_and_the_acts_are_on_record() -> None:
    story = measured(treated=5, control=30, buyers=300)
    for _twice in range(2):
        swept(story, days=60)
    for owner in (story.merchant.id, story.provider.id):
        with scope(owner):
            told = Message.objects.filter(merchant_id=owner, channel="in_app", kind__startswith="orders.outcome")
            kinds = list(told.values_list("kind", flat=True))
        assert sorted(kinds) == ["orders.outcome.begun", "orders.outcome.settled"]
    with scope(story.merchant.id):
        actions = AuditEvent.objects.filter(merchant_id=story.merchant.id, action__startswith="orders.outcome")
        assert sorted(actions.values_list("action", flat=True)) == ["orders.outcome.begun", "orders.outcome.settled"]
