"""Price protection as a merchant uses it: look first, put it in force, run it, decide what is held."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from aftersales.models import Claim, ProgramPolicy
from marketplace.ledger.queries import is_balanced
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.pages.text import text
from tests.tenancy.forms import POLICY as PLAIN

pytestmark = pytest.mark.django_db(transaction=True)

POLICY = {**PLAIN, "price_error_hold": "70", "headroom": "on"}
Worker = Callable[[], list[str]]
HOME = "/programs/price-protection/"
PAYOUTS = "SELECT state, amount FROM aftersales_payout ORDER BY id"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    """Two orders of this week; since yesterday the lamp costs 20.00 less, and the tent a fifth."""
    made = cast.acme()
    today = datetime.now(UTC).replace(microsecond=0)
    bought = {
        name: (today - timedelta(days=days)).isoformat() for name, days in (("placed_at", 4), ("paid_at", 4), ("delivered_at", 3))
    }
    goods = {"N1": ("LAMP", "100.00"), "N2": ("TENT", "500.00"), "N3": ("ROPE", "30.00")}
    orders = [
        {"order_ref": ref, **bought, "status": "delivered", "lines": [{"sku": sku, "quantity": 1, "list_unit_price": price}]}
        for ref, (sku, price) in goods.items()
    ]
    doors.import_orders(made, doors.orders_file(tmp_path, orders, "jsonl"), "jsonl")
    since = (today - timedelta(days=1)).isoformat()
    prices = [{"sku": sku, "price": price, "valid_from": since} for sku, price in (("LAMP", "80.00"), ("TENT", "100.00"))]
    doors.import_prices(made, doors.table_file(tmp_path / "prices.csv", prices))
    return made


@pytest.fixture
def client(acme: cast.Merchant, sign_in: Callable[..., Client]) -> Client:
    return sign_in(acme.owner)


def the_claim(acme: cast.Merchant, state: str) -> Claim:
    with scope(acme.id):
        return Claim.objects.get(merchant_id=acme.id, state=state)


def order_id(acme: cast.Merchant, ref: str) -> int:
    return doors.one(acme, "SELECT id FROM store_shoporder WHERE external_ref = %s", ref)


def run_now(client: Client, worker: Worker) -> None:
    client.post(HOME, POLICY)
    client.post(reverse("price_protection:run"))
    worker()


def test_a_preview_shows_what_would_be_paid_and_pays_nothing(acme: cast.Merchant, client: Client, worker: Worker) -> None:
    page = client.post(reverse("price_protection:preview"), POLICY).url
    assert "Checking every line" in text(client.get(page))
    assert worker() == ["aftersales.run.executed"]
    shown = text(client.get(page))
    assert "£20.00" in shown and "nothing was paid" in shown
    assert (doors.claims(acme), doors.rows(acme, PAYOUTS)) == ([], [])
    with scope(acme.id):
        assert not ProgramPolicy.objects.filter(merchant_id=acme.id).exists()


def test_a_preview_in_the_page_polls_until_it_is_done(client: Client, worker: Worker) -> None:
    first = client.post(reverse("price_protection:preview"), POLICY, headers={"hx-request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in first and "<html" not in first
    address = first.split('hx-get="')[1].split('"')[0]
    worker()
    done = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "£20.00" in done and "hx-trigger" not in done


def test_a_saved_policy_is_explained_and_versioned(acme: cast.Merchant, client: Client) -> None:
    shown = text(client.post(HOME, POLICY, follow=True))
    assert "Policy version 1 is in force." in shown
    assert "Every line is protected until the end of 9 days after delivery" in shown
    assert "Policy version 2 is in force." in text(client.post(HOME, {**POLICY, "window_days": "3"}, follow=True))
    with scope(acme.id):
        versions = ProgramPolicy.objects.filter(merchant_id=acme.id).order_by("version")
        assert [(p.version, p.settings["window_days"], p.valid_to is None) for p in versions] == [(1, 9, False), (2, 3, True)]


BAD = [
    {"window_days": "-1"},
    {"window_days": "１e3"},
    {"window_days_by_category": "{"},
    {"window_days_by_category": '{"a": "b"}'},
    {"window_anchor": "tomorrow"},
    {"price_error_hold": "101"},
    {"exclude": "everything"},
    {"min_diff": "0.5"},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_policy_that_makes_no_sense_is_shown_again(acme: cast.Merchant, client: Client, bad: dict[str, str]) -> None:
    for address in (HOME, reverse("price_protection:preview")):
        found = client.post(address, {**POLICY, **bad})
        shown = found.content.decode()
        assert (found.status_code, 'class="field__error' in shown or "callout--bad" in shown) == (400, True)
    with scope(acme.id):
        assert not ProgramPolicy.objects.filter(merchant_id=acme.id).exists()
    assert doors.rows(acme, "SELECT 1 FROM aftersales_programrun") == []


def test_a_run_pays_what_the_preview_promised(acme: cast.Merchant, client: Client, worker: Worker) -> None:
    assert "Save a policy first." in text(client.post(reverse("price_protection:run"), follow=True))
    run_now(client, worker)
    assert [found[:3] for found in doors.claims(acme)] == [("N1", 1, 2000), ("N2", 1, 40000)]
    assert doors.rows(acme, PAYOUTS) == [("paid", 2000)]
    doors.assert_books_balance(acme)
    shown = text(client.get(HOME))
    assert "£20.00" in shown and "policy version 1" in shown
    detail = text(client.get(reverse("price_protection:claim", args=[the_claim(acme, "reserved").pk])))
    assert "The difference is £20.00." in detail and "£80.00" in detail
    ledger = text(client.get(reverse("ledger:home")))
    assert "Refunds paid to buyers" in ledger and "£20.00" in ledger
    run_now(client, worker)
    assert len(doors.claims(acme)) == 2


def test_a_policy_for_comparison_only_never_pays(acme: cast.Merchant, client: Client, worker: Worker) -> None:
    client.post(HOME, {**POLICY, "returns": "ignore"})
    shown = text(client.post(reverse("price_protection:run"), follow=True))
    assert (doors.claims(acme), worker(), "ignores returns" in shown) == ([], [], True)


def test_one_order_is_claimed_on_request(acme: cast.Merchant, client: Client, worker: Worker) -> None:
    address = reverse("price_protection:claim_order", args=[order_id(acme, "N1")])
    assert "the refund is on its way" in text(client.post(address, follow=True))
    assert worker() == ["aftersales.payouts.settled"]
    assert "£20.00" in text(client.get(reverse("orders:detail", args=[order_id(acme, "N1")])))
    assert "No refund is due now" in text(client.post(address, follow=True))
    assert doors.rows(acme, PAYOUTS) == [("paid", 2000)]
    doors.assert_books_balance(acme)


def test_an_order_that_gets_nothing_says_why(acme: cast.Merchant, client: Client) -> None:
    shown = text(client.post(reverse("price_protection:claim_order", args=[order_id(acme, "N3")]), follow=True))
    assert "No refund is due now" in shown
    assert "The price did not fall inside the protection window." in shown
    assert doors.rows(acme, PAYOUTS) == []


@pytest.mark.parametrize(
    ("act", "payouts", "state"),
    [("release", [("paid", 2000), ("paid", 40000)], "reserved"), ("refuse", [("paid", 2000)], "refused")],
)
def test_a_held_claim_is_decided_once(
    acme: cast.Merchant, client: Client, worker: Worker, act: str, payouts: list[Any], state: str
) -> None:
    run_now(client, worker)
    held = the_claim(acme, "held")
    address = reverse("price_protection:decide", args=[held.pk])
    assert "Pay this claim" in text(client.get(reverse("price_protection:claim", args=[held.pk])))
    assert "The decision is recorded." in text(client.post(address, {"act": act}, follow=True))
    worker()
    for other in ("release", "refuse"):
        assert "not held any more" in text(client.post(address, {"act": other}, follow=True))
    worker()
    assert doors.rows(acme, PAYOUTS) == payouts
    assert doors.one(acme, "SELECT state FROM aftersales_claim WHERE id = %s", held.pk) == state
    doors.assert_books_balance(acme)


def test_a_decision_needs_a_choice(acme: cast.Merchant, client: Client, worker: Worker) -> None:
    run_now(client, worker)
    address = reverse("price_protection:decide", args=[the_claim(acme, "held").pk])
    assert "Choose what to do" in text(client.post(address, {"act": "keep"}, follow=True))
    assert the_claim(acme, "held").state == "held"


def test_a_failed_payout_is_sent_again(
    acme: cast.Merchant, client: Client, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SANDBOX_FAULTS", "refuse=1")
    run_now(client, worker)
    claim = the_claim(acme, "reserved")
    assert "Send the payout again" in text(client.get(reverse("price_protection:claim", args=[claim.pk])))
    monkeypatch.setattr(settings, "SANDBOX_FAULTS", "")
    address = reverse("price_protection:decide", args=[claim.pk])
    assert "The decision is recorded." in text(client.post(address, {"act": "again"}, follow=True))
    assert "Only a claim whose payout failed" in text(client.post(address, {"act": "again"}, follow=True))
    worker()
    assert doors.rows(acme, PAYOUTS) == [("failed", 2000), ("paid", 2000)]
    assert doors.balances(acme) == {"refund_funding": -2000, "refunds_paid": 2000}
    with scope(acme.id):
        assert is_balanced(acme.id)


def test_what_is_wrong_with_a_policy_is_said_in_the_readers_language(client: Client) -> None:
    bad = {**POLICY, "window_days_by_category": '{"toys": 999}'}
    assert "must be a whole number from 0 to 400" in client.post(HOME, bad).content.decode()
    client.cookies["django_language"] = "zh-hans"
    shown = client.post(HOME, bad).content.decode()
    assert "必须是 0 到 400 之间的整数" in shown and "whole number" not in shown
