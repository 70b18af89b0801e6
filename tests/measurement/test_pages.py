"""Report pages and previews as a merchant sees them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.measurement import keeping, metrics
from aftersales.measurement.models import Experiment
from aftersales.previews.models import Forecast
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.measurement import study
from tests.pages.conftest import clean, sign_in, worker
from tests.pages.text import text

__all__ = ["clean", "sign_in", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
Worker = Callable[[], list[str]]
REPORT = "/programs/presale/report/"


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> cast.Merchant:
    """A merchant; the presale program is judged by the plain metrics of these tests."""
    known = {one.name: one for one in study.metrics()}
    monkeypatch.setitem(metrics._registry, "presale_balance", known)
    return cast.acme(currency="CNY", timezone="Asia/Shanghai")


@pytest.fixture
def client(acme: cast.Merchant, sign_in: Callable[..., Client]) -> Client:
    return sign_in(acme.owner)


def experiment(merchant: cast.Merchant, arms: dict[str, tuple[int, int]], holdout_ppm: int = 200_000) -> Experiment:
    opened = study.open_study(merchant, holdout_ppm, program="presale_balance")
    for arm, (buyers, paid) in arms.items():
        study.fill(merchant, opened, arm, buyers, paid)
    return opened


def page(client: Client, address: str = REPORT) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return text(answer)


@pytest.fixture(autouse=True)
def december(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 12, 1, tzinfo=UTC))


def test_before_the_first_buyer_the_page_says_what_will_come(client: Client) -> None:
    assert "Nobody has been assigned yet" in page(client)
    assert client.get(REPORT.replace("report/", "report.csv")).status_code == 404


def test_the_golden_experiment_as_a_merchant_reads_it(acme: cast.Merchant, client: Client) -> None:
    experiment(acme, {"treatment": (8000, 6400), "holdout": (2000, 1480)})
    shown = page(client)
    for part in ("The program works", "+6.00 pp", "+3.92 pp … +8.15 pp", "480", "CN¥336,000.00", "+3.05 pp", "planned 20%"):
        assert part in shown.replace("¥", "CN¥").replace("CNCN", "CN"), part
    assert "attributed, not incremental" in shown
    assert "4,480,000.00" in shown


def test_a_large_report_is_kept_for_a_while_and_says_as_of_when(
    acme: cast.Merchant, client: Client, monkeypatch: pytest.MonkeyPatch, time_machine: Any, worker: Worker
) -> None:
    monkeypatch.setattr(keeping, "LARGE", 100)
    opened = experiment(acme, {"treatment": (800, 240)})
    csv = REPORT.replace("report/", "report.csv")
    for _looks in range(2):
        assert "being added up" in page(client)
        assert client.get(csv).headers["Location"].startswith(REPORT)
    assert worker() == ["measurement.report.refreshed"], "however often people look"
    first = page(client)
    assert "As of" in first
    study.fill(acme, opened, "holdout", 200, 40)
    time_machine.move_to(datetime(2026, 12, 1, 0, 5, tzinfo=UTC))
    assert (page(client), worker()) == (first, [])
    time_machine.move_to(datetime(2026, 12, 1, 0, 11, tzinfo=UTC))
    assert (page(client), worker()) == (first, ["measurement.report.refreshed"]), "the last one, while the next is added up"
    assert page(client) != first
    assert client.get(csv).status_code == 200


def test_a_small_report_is_always_fresh(acme: cast.Merchant, client: Client) -> None:
    opened = experiment(acme, {"treatment": (800, 240)})
    first = page(client)
    study.fill(acme, opened, "holdout", 200, 40)
    assert page(client) != first


def test_the_same_numbers_as_a_table(acme: cast.Merchant, client: Client) -> None:
    experiment(acme, {"treatment": (8000, 6400), "holdout": (2000, 1480)})
    lines = client.get(REPORT.replace("report/", "report.csv")).content.decode().splitlines()
    assert "Difference,points,0.060000,0.039241,0.081477,looked at once" in lines
    assert any(line.startswith("Incremental value,CNY,336000.00,") for line in lines)
    assert "suppressed: QUIET,buyers,3,,," in lines


@pytest.mark.parametrize(
    ("arms", "share", "says"),
    [
        ({"treatment": (8200, 6560), "holdout": (1800, 1332)}, 200_000, "The split is broken: results are blocked"),
        ({"treatment": (80, 64), "holdout": (20, 15)}, 200_000, "Cannot conclude yet"),
        ({"treatment": (100, 80)}, 0, "Not measured"),
    ],
)
def test_what_must_not_look_like_an_effect(
    acme: cast.Merchant, client: Client, arms: dict[str, tuple[int, int]], share: int, says: str
) -> None:
    experiment(acme, arms, share)
    shown = page(client)
    assert says in shown
    if says != "Cannot conclude yet":
        assert "Incremental value" not in shown


def test_an_experiment_that_is_not_there(acme: cast.Merchant, client: Client) -> None:
    experiment(acme, {"treatment": (10, 5)})
    for version in ("2", "x", "-1"):
        assert client.get(f"{REPORT}?version={version}").status_code == 404


def fallen(tmp_path: Path, merchant: cast.Merchant) -> None:
    """Ten lamps bought at 100.00, which cost 80.00 from the fifth of November on."""
    bought = {"placed_at": "2026-11-02T10:00:00", "paid_at": "2026-11-02T10:00:00", "delivered_at": "2026-11-03T10:00:00"}
    line = {"sku": "LAMP", "quantity": 1, "list_unit_price": "100.00"}
    orders = [{"order_ref": f"N{n}", "buyer_ref": f"B{n}", **bought, "status": "delivered", "lines": [line]} for n in range(10)]
    doors.import_orders(merchant, doors.orders_file(tmp_path, orders, "jsonl"), "jsonl")
    prices = [{"sku": "LAMP", "price": "80.00", "valid_from": "2026-11-05T09:00:00"}]
    doors.import_prices(merchant, doors.table_file(tmp_path / "prices.csv", prices))


def asked(client: Client, merchant: cast.Merchant, program: str = "price_protection", **changed: Any) -> Any:
    form = {
        "shop": merchant.shop.pk, "since": "2026-11-01", "until": "2026-11-30", "policy": "defaults", "changes": "",
        "margin_percent": "25", **changed,
    }  # fmt: skip
    return client.post(reverse(f"previews:{program}"), form)


def test_a_preview_is_asked_for_computed_kept_and_compared(
    acme: cast.Merchant, client: Client, worker: Callable[[], list[str]], tmp_path: Path, time_machine: Any
) -> None:
    fallen(tmp_path, acme)
    answer = asked(client, acme)
    assert answer.status_code == 302
    assert "Replaying day by day" in page(client, answer.url)
    assert worker() == ["aftersales.forecast.computed"]
    shown = page(client, answer.url)
    for part in ("200.00", "LAMP", "Pays for itself from", "+80%", "Nothing has come yet", "5 Nov 2026"):
        assert part in shown, part
    with scope(acme.id):
        kept = Forecast.objects.get(merchant_id=acme.id)
    assert (kept.state, kept.result["amount"], kept.result["count"]) == ("finished", 20_000, 10)
    doors.run_program(acme, "2026-12-02T00:00:00+00:00")
    time_machine.move_to(datetime(2026, 12, 3, tzinfo=UTC))
    assert "What really came, against the forecast" in page(client, answer.url)
    lines = client.get(answer.url.rstrip("/") + ".csv").content.decode().splitlines()
    assert "2026-11-05,10,200.00,CNY" in lines


def test_any_policy_can_be_tried(acme: cast.Merchant, client: Client, worker: Callable[[], list[str]], tmp_path: Path) -> None:
    fallen(tmp_path, acme)
    answer = asked(client, acme, changes="window_days=1\nwindow_anchor=paid")
    worker()
    assert "Nothing would have fallen due in these days." in page(client, answer.url)
    assert asked(client, acme, changes="window_days=never").status_code == 400
    assert asked(client, acme, since="2026-11-30", until="2026-11-01").status_code == 400
    assert asked(client, acme, until="2027-01-30").status_code == 400


@pytest.mark.parametrize("program", ["presale_balance", "refund_retention"])
def test_the_other_programs_have_previews_too(
    acme: cast.Merchant, client: Client, worker: Callable[[], list[str]], program: str
) -> None:
    experiment(acme, {"treatment": (10, 5)})
    with scope(acme.id):
        from orders.store.models import ShopOrder

        moment = datetime(2026, 11, 10, tzinfo=UTC)
        ShopOrder.objects.filter(merchant_id=acme.id).update(
            deposit_paid_at=moment, balance_opens_at=moment, balance_closes_at=datetime(2026, 11, 12, tzinfo=UTC)
        )
    answer = asked(client, acme, program)
    worker()
    shown = page(client, answer.url)
    assert "Expected cost" in shown
    with scope(acme.id):
        result = Forecast.objects.get(merchant_id=acme.id).result
    if program == "presale_balance":
        assert result["base_orders"] == 10 and result["count"] >= 15


def test_price_protection_has_no_lift_to_report(acme: cast.Merchant, client: Client, tmp_path: Path) -> None:
    address = "/programs/price-protection/report/"
    assert "Nothing has been paid yet" in page(client, address)
    fallen(tmp_path, acme)
    doors.run_program(acme, "2026-11-06T00:00:00+00:00")
    shown = page(client, address)
    assert "Not measured: everybody gets what they are owed" in shown
    assert "200.00" in shown and "Ordered again within" in shown
