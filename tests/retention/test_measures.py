"""What the program earned, against the control group: withdrawn requests of both arms alike, whatever cards were accepted."""

from pathlib import Path

import pytest

from aftersales.measurement.models import Experiment
from aftersales.measurement.reports import report_of
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.retention import shop
from tests.retention.shop import later

pytestmark = pytest.mark.django_db(transaction=True)
BUYERS = 24
ARMS = "SELECT b.external_ref, a.arm FROM measurement_assignment a JOIN store_buyer b ON b.id = a.buyer_id"


def test_kept_purchases_count_in_both_arms_and_those_lost_again_in_neither(tmp_path: Path) -> None:
    acme = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, acme, *[{}] * BUYERS)
    shop.policy(acme, holdout_percent=50)
    asked = {f"B{n}": shop.ask(acme, f"O{n}", reason_code="size") for n in range(1, BUYERS + 1)}
    arms = dict(doors.rows(acme, ARMS))
    treated, held = ([ref for ref in asked if arms[ref] == arm] for arm in ("treatment", "holdout"))
    assert (len(treated) + len(held), min(len(treated), len(held)) > 4) == (BUYERS, True)
    for ref in (*treated[:4], *held[:1]):
        shop.closed(asked[ref], "withdrawn", later(hours=2))
    shop.closed(asked[treated[0]], "refunded", later(days=3))
    with scope(acme.id):
        experiment = Experiment.objects.get(merchant_id=acme.id, program="refund_retention")
        report = report_of(experiment, as_of=later(days=4), tz="Asia/Shanghai")
    assert report is not None
    assert (report.treated, report.held_out) == (len(treated), len(held))
    assert (report.success.treatment.successes, report.success.control.successes) == (3, 1)
    (value,) = report.values
    assert (value.treatment.total, value.control.total, value.cost) == (3 * 62_000, 62_000, 0)
