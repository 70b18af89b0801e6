"""What the program reports to measurement, against a count by hand."""

import pytest

from aftersales.measurement.models import Experiment
from aftersales.measurement.reports import report_of
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.market import execute
from tests.presale.shop import at, buyers, change, chinese_shop, presale, remind

pytestmark = pytest.mark.django_db(transaction=True)
PAID = {"status": "paid", "captured_amount": 80_000}
SENT = "UPDATE outbox_message SET state = 'sent', closed_at = %s WHERE state = 'ready'"
INCLUDED = "UPDATE presale_balance_touch SET state = 'included' WHERE state = 'queued'"


def arms(merchant: cast.Merchant) -> dict[str, str]:
    return dict(
        doors.rows(
            merchant,
            """SELECT o.external_ref, e.arm FROM presale_balance_enrolment e
               JOIN store_shoporder o ON o.merchant_id = e.merchant_id AND o.id = e.order_id""",
        )
    )


def test_the_report_counts_what_a_person_counts() -> None:
    acme = chinese_shop()
    orders = {f"A{n:02}": presale(acme, f"A{n:02}", buyer) for n, buyer in enumerate(buyers(acme, [f"B{n}" for n in range(60)]))}
    remind(acme, "2026-11-10T12:00", holdout_percent=50)
    found = arms(acme)
    treated, held = ([ref for ref in orders if found[ref] == arm] for arm in ("treatment", "holdout"))
    assert min(len(treated), len(held)) > 10
    remind(acme, "2026-11-11T01:10", holdout_percent=50)
    execute(acme, INCLUDED)
    execute(acme, SENT, at("2026-11-11T01:10"))
    for ref in [*treated[:8], *held[:3]]:
        change(acme, orders[ref], balance_paid_at=at("2026-11-11T02:00"), **PAID)
    # One payment is undone: no success. One had been made before the reminder left.
    change(acme, orders[treated[0]], refunded_amount=80_000)
    change(acme, orders[treated[1]], balance_paid_at=at("2026-11-11T01:05"))
    remind(acme, "2026-11-12T02:00", holdout_percent=50)
    with scope(acme.id):
        experiment = Experiment.objects.get(merchant_id=acme.id, program="presale_balance")
        report = report_of(experiment, as_of=at("2026-11-13T00:00"), tz="Asia/Shanghai")
    assert report is not None
    assert (report.treated, report.held_out) == (len(treated), len(held))
    assert (report.success.treatment.successes, report.success.control.successes) == (7, 3)
    (value,) = report.values
    assert value.currency == "CNY"
    assert value.treatment.total == 7 * 70_000
    assert value.control.total == 3 * 70_000
    assert value.cost == 0
    assert [count for _metric, count in report.watched] == [1]
    assert report.funnel[0][1] == len(treated)


def test_messages_cost_what_the_policy_says_once_for_several_orders() -> None:
    acme = chinese_shop()
    lin, wu = buyers(acme, ["lin", "wu"], email=False, phone=True)
    for ref, buyer in (("A1", lin), ("A2", lin), ("A3", wu)):
        presale(acme, ref, buyer)
    sms = {f"t{step}_channels": ["sms"] for step in (1, 2, 3)}
    remind(acme, "2026-11-11T09:00", cost_per_sms=7, **sms)
    execute(acme, INCLUDED)
    execute(acme, SENT, at("2026-11-11T09:00"))
    remind(acme, "2026-11-11T09:05", cost_per_sms=7, **sms)
    with scope(acme.id):
        experiment = Experiment.objects.get(merchant_id=acme.id, program="presale_balance")
        report = report_of(experiment, as_of=at("2026-11-13T00:00"), tz="Asia/Shanghai")
    assert report is not None
    assert [value.cost for value in report.values] == [14]
