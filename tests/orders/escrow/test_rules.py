"""Which rule a deal falls under, and that its fees are frozen at signing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.models import CommissionRule, Waiver
from orders.escrow.queries import fee_lines, rule_for
from tests import cast
from tests.orders.escrow.stage import AT, CATEGORY, Stage, rule

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def chosen(provider_id: int = 7, category: str = CATEGORY, currency: str = "CNY", at: Any = AT) -> str:
    with scope(None):
        return rule_for(category=category, provider_id=provider_id, currency=currency, at=at).name_en


def test_without_another_rule_five_percent_apply() -> None:
    assert chosen() == "Standard commission"
    with scope(None):
        assert CommissionRule.objects.get().service_rate == 500


@pytest.mark.parametrize(
    "conditions",
    [
        {"category": "agency-operation"}, {"provider_id": 8}, {"level_from": 2}, {"currency": "USD"},
        {"valid_from": AT + DAY}, {"valid_until": AT}, {"is_active": False},
    ],
    ids=lambda facts: next(iter(facts)),
)  # fmt: skip
def test_a_rule_whose_condition_does_not_hold_is_passed_over(conditions: dict[str, Any]) -> None:
    rule(**conditions)
    assert chosen() == "Standard commission"


@pytest.mark.parametrize(
    "conditions",
    [
        {}, {"category": CATEGORY}, {"category": "customer-service"}, {"provider_id": 7}, {"level_from": 1}, {"currency": "CNY"},
        {"valid_from": AT}, {"valid_until": AT + timedelta(microseconds=1)},
    ],
    ids=lambda facts: next(iter(facts), "none"),
)  # fmt: skip
def test_a_rule_whose_conditions_hold_applies_also_from_the_category_above(conditions: dict[str, Any]) -> None:
    rule(**conditions)
    assert chosen() == "Rule"


def test_the_first_in_staffs_order_wins_not_the_narrower_or_newer() -> None:
    rule(name_en="Second", position=20, category=CATEGORY)
    rule(name_en="First", position=10)
    rule(name_en="Also ten", position=10)
    assert chosen() == "First"


def test_later_changes_of_a_rule_never_alter_a_signed_deal() -> None:
    row = rule(service_rate=300)
    stage = Stage()
    CommissionRule.objects.using("system").filter(pk=row.pk).update(service_rate=4_000, name_en="Dearer")
    stage.hold(10_000)
    assert stage.release(10_000).fee == 300
    with scope(stage.merchant_id):
        assert [(line.rule_id, line.rule_name_en, line.rate) for line in fee_lines(stage.deal)] == [(row.pk, "Rule", 300)]
    assert Stage(merchant=stage.merchant, provider=stage.provider, order_id=2).act("hold", key="m", amount=100).amount == 100
    later = Stage(merchant=stage.merchant, provider=stage.provider, order_id=3)
    later.hold(10_000)
    assert later.release(10_000).fee == 4_000


def test_components_are_lines_of_their_own_with_least_and_most() -> None:
    rule(service_rate=500, service_min=1_000, payment_rate=60, payment_max=10, fixed_minor=200, currency="CNY")
    stage = Stage()
    stage.hold(10_000)
    row = stage.release(10_000)
    assert [(line["component"], line["amount"]) for line in row.lines] == [("fixed", 200), ("service", 1_000), ("payment", 10)]
    assert stage.books["market"] == {"clearing": -1_210, "commission": 1_200, "payment_fees": 10}


def test_a_kept_fixed_fee_is_the_providers_loss() -> None:
    rule(service_rate=500, fixed_minor=200, currency="CNY", on_refund="keep_fixed")
    stage = Stage()
    stage.hold(10_000)
    stage.release(10_000)
    assert stage.reverse(10_000).fee_back == 500
    assert stage.books["provider"] == {"clearing": 200, "earnings": -200}
    assert stage.books["market"] == {"clearing": -200, "commission": 200}
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 100_000}


def waiver(**facts: Any) -> Waiver:
    row = Waiver(**{
        "tag": "ai", "reason_zh": "AI 服务免佣", "reason_en": "No commission on AI services", "valid_from": AT - DAY,
        "valid_until": AT + DAY, **facts,
    })  # fmt: skip
    row.save(using="system")
    return row


def test_a_waived_deal_pays_nothing_and_says_why() -> None:
    rule(service_rate=500, payment_rate=60)
    waiver()
    stage = Stage(tags=("ai", "other"))
    stage.hold(10_000)
    preview = escrow_preview(stage, 10_000)
    assert [(line.code, line.amount, line.waiver) for line in preview.lines] == [
        ("service", 0, "No commission on AI services"),
        ("payment", 60, ""),
    ]
    assert stage.release(10_000).net == 9_940


@pytest.mark.parametrize(
    "facts",
    [{"valid_until": AT}, {"valid_from": AT + DAY, "valid_until": AT + 2 * DAY}, {"is_active": False}, {"tag": "x"}],
    ids=str,
)
def test_outside_its_window_a_waiver_waives_nothing(facts: dict[str, Any]) -> None:
    waiver(**facts)
    stage = Stage(tags=("ai",))
    stage.hold(10_000)
    assert stage.release(10_000).fee == 500


def test_a_waiver_may_cover_the_payment_fee() -> None:
    rule(service_rate=500, payment_rate=60)
    waiver(covers_payment=True)
    stage = Stage(tags=("ai",))
    stage.hold(10_000)
    assert stage.release(10_000).fee == 0


def escrow_preview(stage: Stage, amount: int) -> escrow.Preview:
    from django.utils import translation

    with scope(stage.provider_id), translation.override("en"):
        return escrow.preview_release(stage.deal, amount, AT)


@pytest.mark.parametrize(
    "facts",
    [
        {"service_rate": 5_001}, {"service_rate": -1}, {"fixed_minor": 5}, {"service_min": 5},
        {"fixed_minor": -5, "currency": "CNY"},
        {"service_min": 9, "service_max": 8, "currency": "CNY"}, {"valid_from": AT, "valid_until": AT}, {"level_from": 5},
        {"is_default": True}, {"on_refund": "other"},
    ],
    ids=str,
)  # fmt: skip
def test_the_database_refuses_rules_that_make_no_sense(facts: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        rule(**facts)


@pytest.mark.parametrize("change", ["is_active = false", "category = 'x'", "valid_until = now()", "provider_id = 1"])
def test_the_rule_for_everything_else_stays(change: str) -> None:
    with pytest.raises(IntegrityError), connections["system"].cursor() as cursor:
        cursor.execute(f"UPDATE escrow_commissionrule SET {change} WHERE is_default")


def test_opening_a_deal_again_gives_the_first_one_and_never_another_partner() -> None:
    stage = Stage()
    again = Stage(merchant=stage.merchant, provider=stage.provider, paid_in=0)
    assert again.deal.pk == stage.deal.pk
    with pytest.raises(escrow.KeyUsed):
        Stage(merchant=stage.merchant, provider=cast.rival(), paid_in=0)
