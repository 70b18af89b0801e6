"""The registered outcomes on a real order store: fresh arms, windows, and sums that are the rows added up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from aftersales.measurement.models import Assignment, Experiment
from aftersales.measurement.operations import current_experiment
from aftersales.outcomes.measured import OUTCOMES, Measured
from aftersales.outcomes.reading import reading_of
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.outcomes.metrics import MetricBusy, Population, Tally, metrics
from tests import cast
from tests.measurement import study

pytestmark = pytest.mark.django_db(transaction=True)
START = study.START
DAY = timedelta(days=1)
BY_NAME = {outcome.name: outcome for outcome in OUTCOMES}
RETURNS, PRESALE = BY_NAME["return_rate"], BY_NAME["presale_balance"]
SHARE = 200_000


def begun(outcome: Measured, merchant: cast.Merchant, *, contract: str = "SO-1", days: int = 30) -> Population:
    until = START + days * DAY
    with scope(merchant.id):
        subject = outcome.begin(merchant_id=merchant.id, contract=contract, holdout_ppm=SHARE, until=until, by=CLI, at=START)
    return Population(
        merchant_id=merchant.id, subject=subject, shop_id=None, currency=merchant.shop.currency, since=START, until=until,
        holdout_ppm=SHARE,
    )  # fmt: skip


BOUGHT = """
WITH b AS (
  INSERT INTO store_buyer (merchant_id, shop_id, external_ref, contact_hash, commercial_consent)
  SELECT %(merchant)s, %(shop)s, %(name)s || n, '', false FROM generate_series(1, %(buyers)s) n RETURNING id, external_ref),
o AS (
  INSERT INTO store_shoporder (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at, paid_at,
                               captured_amount, refunded_amount, shipping_amount, revision)
  SELECT %(merchant)s, %(shop)s, b.id, 'O-' || b.external_ref, 'paid', 'account', %(currency)s, %(paid)s, %(paid)s,
         10500, %(refunded)s, 500, 0 FROM b RETURNING id, buyer_id),
k AS (
  INSERT INTO store_sku (merchant_id, shop_id, code, title, category, is_gift, is_bundle, is_clearance, is_flash, is_live_room)
  VALUES (%(merchant)s, %(shop)s, %(name)s, '', '', false, false, false, false, false) RETURNING id),
l AS (
  INSERT INTO store_shoporderline (merchant_id, order_id, sku_id, line_no, quantity, returned_quantity,
                                   open_aftersale_quantity, list_unit_amount, paid_amount, goodwill_amount, tax_rate_ppm,
                                   currency, channel, tier, placed_at, paid_at, revision)
  SELECT %(merchant)s, o.id, k.id, 1, 1, 0, 0, 10000, 10000, 0, 0, %(currency)s, 'account', '', %(paid)s, %(paid)s, 0
  FROM o, k
  RETURNING id, order_id),
r AS (
  INSERT INTO store_refundrequest (merchant_id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity, unit_amount,
                                   currency, requested_at, state, outcome)
  SELECT %(merchant)s, %(shop)s, o.buyer_id, k.id, 'R-' || o.buyer_id, 1, 1, 1, 10000, %(currency)s, %(asked)s, 'single',
         %(outcome)s
  FROM o, k WHERE %(outcome)s <> '' RETURNING id, buyer_id)
INSERT INTO store_refundallocation (merchant_id, request_id, line_id, quantity)
SELECT %(merchant)s, r.id, l.id, 1 FROM r JOIN o USING (buyer_id) JOIN l ON l.order_id = o.id
"""


def bought(
    merchant: cast.Merchant, name: str, buyers: int, *, after: timedelta = DAY, outcome: str = "", refunded: int = 0
) -> None:
    """Buyers with one order of 100.00 and 5.00 shipping each; with an `outcome` they asked for their money ten days later."""
    values = {
        "merchant": merchant.id, "shop": merchant.shop.pk, "currency": merchant.shop.currency, "name": name, "buyers": buyers,
        "paid": START + after, "asked": START + after + 10 * DAY, "outcome": outcome, "refunded": refunded,
    }  # fmt: skip
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(BOUGHT, values)


def test_the_outcomes_are_registered_in_order() -> None:
    assert [metric.name for metric in metrics()][:3] == ["presale_balance", "refund_retention", "return_rate"]
    assert [metric.least_settle_days for metric in metrics()][:3] == [15, 30, 30]


def test_returns_and_what_buyers_keep_are_counted_per_buyer() -> None:
    merchant = cast.acme()
    population = begun(RETURNS, merchant)
    bought(merchant, "kept", 40)
    bought(merchant, "back", 20, outcome="refunded", refunded=10_500)
    bought(merchant, "partly", 5, outcome="open", refunded=2_500)
    bought(merchant, "thought-again", 7, outcome="withdrawn")
    bought(merchant, "before", 9, after=-DAY)
    bought(merchant, "too-late", 9, after=30 * DAY)
    with scope(merchant.id):
        assert RETURNS.take_up(population, as_of=START + 60 * DAY) == 72
        assert RETURNS.take_up(population, as_of=START + 60 * DAY) == 72
        units = list(RETURNS.units(population, as_of=START + 60 * DAY))
        reading = RETURNS.measure(population, as_of=START + 60 * DAY, planned=True)
        early = RETURNS.measure(population, as_of=START + 5 * DAY, planned=True)
    assert len(units) == 72
    assert sum(unit.succeeded for unit in units) == 47
    assert sum(unit.value for unit in units) == 47 * 10_000 + 5 * 7_500
    assert early.treated.successes + early.control.successes == 72, "nobody had asked anything back by then"
    assert reading == summed(units)


def summed(units: list) -> object:
    arms = {}
    for arm in ("treatment", "holdout"):
        mine = [unit for unit in units if unit.arm == arm]
        values = [unit.value for unit in mine]
        arms[arm] = Tally(len(mine), sum(unit.succeeded for unit in mine), sum(values), sum(value**2 for value in values))
    return reading_of(arms["treatment"], arms["holdout"], holdout_share=SHARE / 1_000_000, planned=True)


def test_arms_follow_the_hash_and_never_change() -> None:
    merchant = cast.acme()
    population = begun(RETURNS, merchant)
    bought(merchant, "C", 300)
    with scope(merchant.id):
        RETURNS.take_up(population, as_of=START + 2 * DAY)
        experiment = Experiment.objects.get(merchant_id=merchant.id, pk=population.subject)
        assert experiment.seed == "acme:outcome:SO-1:1"
        first = dict(Assignment.objects.filter(merchant_id=merchant.id).values_list("buyer_id", "arm"))
    bought(merchant, "D", 300, after=3 * DAY)
    with scope(merchant.id), connection.cursor() as cursor:
        assert RETURNS.take_up(population, as_of=START + 9 * DAY) == 600
        now = dict(Assignment.objects.filter(merchant_id=merchant.id).values_list("buyer_id", "arm"))
        assert {buyer: now[buyer] for buyer in first} == first
        cursor.execute(
            "SELECT count(*) FROM measurement_assignment a"
            " JOIN store_buyer b ON b.merchant_id = a.merchant_id AND b.id = a.buyer_id"
            " WHERE a.merchant_id = %s AND (a.arm = 'holdout') <> (experiment_bucket(%s, b.external_ref) * 100 < %s)",
            [merchant.id, experiment.seed, SHARE],
        )
        assert cursor.fetchone()[0] == 0
    held_out = sum(arm == "holdout" for arm in now.values())
    assert 80 < held_out < 160, "a fifth of 600 is 120, with a standard deviation of 10"


def test_a_contract_gets_arms_of_its_own_and_keeps_their_share() -> None:
    merchant = cast.acme()
    before = current_experiment(merchant_id=merchant.id, program="presale_balance", holdout_ppm=SHARE, by=CLI, at=START - DAY)
    population = begun(PRESALE, merchant)
    assert population.subject != before.pk, "arms nobody could know"

    def wanted(share: int, after: int) -> Experiment:
        return current_experiment(
            merchant_id=merchant.id, program="presale_balance", holdout_ppm=share, by=CLI, at=START + after * DAY
        )

    assert wanted(100_000, 3).pk == population.subject, "a changed share waits for the contract"
    assert wanted(0, 29).pk == population.subject
    assert wanted(100_000, 31).pk != population.subject


def test_a_second_contract_on_the_same_program_waits() -> None:
    merchant = cast.acme()
    population = begun(PRESALE, merchant)
    with pytest.raises(MetricBusy, match="2026-12-01"):
        begun(PRESALE, merchant, contract="SO-2")
    begun(RETURNS, merchant, contract="SO-2")
    begun(RETURNS, merchant, contract="SO-3")
    with scope(merchant.id):
        for _twice in range(2):
            PRESALE.end(merchant_id=merchant.id, subject=population.subject, at=START)
    begun(PRESALE, merchant, contract="SO-4")


def test_other_currencies_and_shops_do_not_count() -> None:
    merchant = cast.acme()
    population = begun(RETURNS, merchant)
    bought(merchant, "C", 12)
    with scope(merchant.id):
        assert RETURNS.take_up(replace(population, currency="USD"), as_of=START + 9 * DAY) == 0
        assert RETURNS.take_up(replace(population, shop_id=merchant.shop.pk + 1), as_of=START + 9 * DAY) == 0
        assert RETURNS.take_up(replace(population, shop_id=merchant.shop.pk), as_of=START + 9 * DAY) == 12


def test_every_outcome_can_be_measured_on_an_empty_store() -> None:
    merchant = cast.acme()
    for outcome in OUTCOMES:
        population = begun(outcome, merchant)
        with scope(merchant.id):
            assert outcome.take_up(population, as_of=START + 40 * DAY) == 0
            reading = outcome.measure(population, as_of=START + 40 * DAY, planned=True)
            assert (reading.treated, reading.control, reading.rate) == (Tally(), Tally(), None)
            assert list(outcome.units(population, as_of=START + 40 * DAY)) == []
