"""Reports from assignments and the order store: the golden experiment, and everything that must not look like an effect."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from aftersales.measurement.models import Experiment
from aftersales.measurement.reports import Report, report_of
from aftersales.measurement.stats.verdict import Verdict
from marketplace.tenancy.scope import scope
from tests import cast
from tests.measurement import study
from tests.measurement.study import AS_OF, BALANCE, START, fill, open_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(test_program: str) -> cast.Merchant:
    return cast.acme(currency="CNY", timezone="Asia/Shanghai")


def report(experiment: Experiment, **changed: Any) -> Report:
    with scope(experiment.merchant_id):
        found = report_of(experiment, **{"as_of": AS_OF, "tz": "Asia/Shanghai", **changed})
    assert found is not None
    return found


def golden(merchant: cast.Merchant) -> Experiment:
    experiment = open_study(merchant)
    fill(merchant, experiment, "treatment", 8000, 6400)
    fill(merchant, experiment, "holdout", 2000, 1480)
    return experiment


def sql(statement: str, merchant: cast.Merchant) -> None:
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(statement, {"merchant": merchant.id})


def test_the_golden_report(merchant: cast.Merchant) -> None:
    found = report(golden(merchant))
    assert (found.treated, found.held_out, found.ratio_p, found.verdict) == (8000, 2000, 1.0, Verdict.POSITIVE)
    rate = found.success
    assert rate.difference is not None and rate.extra is not None and rate.detectable is not None
    assert [round(part * 100, 2) for part in (rate.difference.estimate, rate.difference.low, rate.difference.high)] == [
        6,
        3.92,
        8.15,
    ]
    assert rate.extra.estimate == pytest.approx(480)
    assert rate.detectable * 100 == pytest.approx(3.05, abs=0.005)
    (money,) = found.values
    assert money.currency == "CNY"
    assert money.incremental is not None and money.net is not None
    assert money.incremental.estimate == pytest.approx(336_000_00)
    assert money.cost == 8000
    assert money.net.estimate == pytest.approx(336_000_00 - 8000)
    assert money.attributed == 4_480_000_00
    assert found.attributed_orders == 6400
    assert found.suppressed == [("QUIET", 3)]
    assert found.funnel == [("Reminded", 8000), ("Balance paid", 6400)]


def test_the_curve_ends_at_the_headline(merchant: cast.Merchant) -> None:
    found = report(golden(merchant))
    points, (money,) = found.series["CNY"], found.values
    assert len(points) == 20
    assert points[-1].value == money.incremental_always
    widths = [point.value.high - point.value.low for point in points if point.value]
    assert points[0].day.isoformat() == "2026-11-01"
    assert len(widths) == 20


def test_analysis_is_by_assignment_whoever_was_reached(merchant: cast.Merchant) -> None:
    """Half of the treated never get a message and all of the control group shop: neither leaves its arm."""
    experiment = open_study(merchant)
    fill(merchant, experiment, "treatment", 800, 0)
    fill(merchant, experiment, "holdout", 200, 200)
    found = report(experiment)
    assert found.success.difference is not None
    assert found.success.difference.estimate == -1
    assert found.verdict == Verdict.NEGATIVE


def test_what_happened_before_and_after_does_not_count(merchant: cast.Merchant) -> None:
    experiment = golden(merchant)
    sql(
        "UPDATE store_shoporder SET balance_paid_at = placed_at WHERE merchant_id = %(merchant)s AND external_ref LIKE 'O-t%%'",
        merchant,
    )
    assert report(experiment).success.treatment.successes == 0
    early = report(experiment, as_of=START + timedelta(hours=1))
    assert (early.treated, early.held_out, early.success.control.successes) == (400, 100, 0)


def test_a_payment_that_was_refunded_is_no_success_and_no_value(merchant: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    from aftersales.measurement import metrics

    def with_refunds(value: str) -> str:
        paid = study.PAID.format(value=value)
        return f"{paid} UNION ALL SELECT buyer_id, at + interval '5 days', -value FROM ({paid} AND o.external_ref LIKE '%%9') r"

    known = dict(metrics._registry[study.PROGRAM])
    for name, value in (("paid", "1"), ("gmv", "o.balance_amount")):
        old = known[name]
        known[name] = metrics.Metric(old.program, old.name, old.kind, with_refunds(value), old.role)
    monkeypatch.setitem(metrics._registry, study.PROGRAM, known)
    experiment = golden(merchant)
    found = report(experiment)
    assert (found.success.treatment.successes, found.success.control.successes) == (5760, 1332)
    (money,) = found.values
    assert (money.treatment.total, money.treatment.squares) == (5760 * BALANCE, 5760 * BALANCE**2)
    soon = report(experiment, as_of=START + timedelta(days=5, hours=1))
    assert soon.success.treatment.successes == 5 * 320, "five days have paid, nobody was refunded yet"


def test_a_broken_split_blocks_the_report(merchant: cast.Merchant) -> None:
    experiment = open_study(merchant)
    fill(merchant, experiment, "treatment", 8200, 6560)
    fill(merchant, experiment, "holdout", 1800, 1332)
    found = report(experiment)
    assert found.ratio_p == pytest.approx(5.7e-7, rel=0.01)
    assert (found.verdict, found.shows_effects) == (Verdict.BLOCKED, False)


def test_without_a_control_group_nothing_is_measured(merchant: cast.Merchant) -> None:
    experiment = open_study(merchant, holdout_ppm=0)
    fill(merchant, experiment, "treatment", 100, 80)
    found = report(experiment)
    assert (found.verdict, found.success.difference, found.values[0].incremental) == (Verdict.NOT_MEASURED, None, None)


def test_a_handful_of_buyers_is_no_conclusion(merchant: cast.Merchant) -> None:
    experiment = open_study(merchant)
    assert report(experiment).verdict == Verdict.TOO_EARLY
    fill(merchant, experiment, "treatment", 80, 64)
    fill(merchant, experiment, "holdout", 20, 15)
    found = report(experiment)
    assert (found.verdict, found.success.detectable) == (Verdict.TOO_EARLY, None)


def test_shops_of_two_currencies_are_never_added_up(merchant: cast.Merchant) -> None:
    from marketplace.tenancy.actor import CLI
    from merchants.operations import add_shop

    experiment = golden(merchant)
    shop, _new = add_shop(merchant="acme", shop="japan", currency="JPY", timezone="Asia/Tokyo", by=CLI)
    abroad = cast.Merchant("acme", shop, merchant.owner)
    fill(abroad, experiment, "treatment", 80, 40)
    fill(abroad, experiment, "holdout", 20, 10)
    found = report(experiment)
    assert (found.treated, found.held_out) == (8080, 2020)
    yuan, yen = found.values
    assert (yuan.currency, yuan.treatment.total) == ("CNY", 6400 * BALANCE)
    assert (yen.currency, yen.treatment.buyers, yen.treatment.total) == ("JPY", 80, 40 * BALANCE)


def test_what_buyers_spent_before_narrows_the_interval(merchant: cast.Merchant) -> None:
    """Balances go along with what the buyer spent in October, which no program could have changed."""
    experiment = golden(merchant)
    sql("""UPDATE store_shoporder SET balance_amount = 10000 + 5000 * (id %% 40) WHERE merchant_id = %(merchant)s""", merchant)
    sql(
        """INSERT INTO store_shoporder (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at,
                                        paid_at, captured_amount, refunded_amount, shipping_amount, revision)
           SELECT merchant_id, shop_id, buyer_id, 'before-' || id, 'paid', 'account', currency, placed_at - interval '20 days',
                  placed_at - interval '20 days', balance_amount * 2, 0, 0, 0
           FROM store_shoporder WHERE merchant_id = %(merchant)s""",
        merchant,
    )
    (money,) = report(experiment).values
    assert money.incremental is not None and money.incremental_cuped is not None
    assert money.explained > 0.3
    plain, precise = money.incremental, money.incremental_cuped
    assert precise.high - precise.low < (plain.high - plain.low) * 0.85
    assert precise.low < plain.estimate < precise.high


@pytest.mark.parametrize("size", [1, 1000])
def test_statements_do_not_grow_with_the_buyers(merchant: cast.Merchant, django_assert_num_queries: Any, size: int) -> None:
    """Size, setting and resetting the planner, arms, and one statement per metric and question: 12 of the program's."""
    experiment = open_study(merchant)
    fill(merchant, experiment, "treatment", 8 * size, 5 * size)
    fill(merchant, experiment, "holdout", 2 * size, size)
    with scope(merchant.id), django_assert_num_queries(13):
        report_of(experiment, as_of=AS_OF, tz="Asia/Shanghai")


def test_another_merchants_buyers_are_not_in_it(merchant: cast.Merchant) -> None:
    other = cast.other()
    experiment = golden(merchant)
    fill(other, open_study(other), "treatment", 50, 50)
    assert report(experiment).treated == 8000
