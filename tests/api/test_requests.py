"""Refund requests, their outcomes and buyers' replies by key."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.api.test_api import caller, key_for
from tests.buyers.test_pages import buy
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {
    "shop": "main",
    "external_ref": "R-1",
    "order_ref": "N1",
    "line_no": 1,
    "quantity": 1,
    "reason_code": "size",
    "buyer_text": "太小了",
}


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    made = cast.acme()
    buy(made, tmp_path)
    program = program_named("refund_retention")
    with scope(made.id):
        settings = program.validated({"holdout_percent": 0})
        save_policy(merchant_id=made.id, program=program, settings=settings, automatic=True, by=CLI, at=datetime.now(UTC))
    return made


@pytest.fixture
def client(acme: cast.Merchant) -> Client:
    return caller(key_for(acme.id))


def post(client: Client, path: str, body: Any) -> HttpResponse:
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_a_request_is_decided_while_the_caller_waits(acme: cast.Merchant, client: Client) -> None:
    found = post(client, "refund-requests/", ASKED).json()
    assert found["is_new"] and (found["case"]["state"], found["case"]["intent"]) == ("offered", "size")
    assert doors.one(acme, "SELECT count(*) FROM outbox_message WHERE kind = 'aftersales.refund_retention.offered'") == 1


def test_the_same_request_twice_is_one(acme: cast.Merchant, client: Client) -> None:
    first, second = (post(client, "refund-requests/", ASKED).json() for _ in range(2))
    assert first["request_id"] == second["request_id"] and (first["is_new"], second["is_new"]) == (True, False)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"shop": "x"}, 404), ({"order_ref": "x"}, 404), ({"line_no": 7}, 404), ({"quantity": 3}, 400), ({"quantity": "1e4"}, 400)],
)
def test_what_does_not_fit_is_refused(acme: cast.Merchant, client: Client, change: dict[str, Any], status: int) -> None:
    assert post(client, "refund-requests/", {**ASKED, **change}).status_code == status
    assert doors.one(acme, "SELECT count(*) FROM store_refundrequest") == 0


def test_the_platforms_word_is_recorded_once(client: Client) -> None:
    pk = post(client, "refund-requests/", ASKED).json()["request_id"]
    assert [post(client, f"refund-requests/{pk}/outcome/", {"outcome": "refunded"}).status_code for _ in range(2)] == [200, 200]
    assert post(client, f"refund-requests/{pk}/outcome/", {"outcome": "rejected"}).status_code == 400
    listed = client.get("/api/v1/refund-requests/?outcome=refunded").json()["results"]
    assert [row["external_ref"] for row in listed] == ["R-1"]


@pytest.mark.parametrize(("words", "effect"), [("退订", "opted_out"), ("别再发了", "opted_out"), ("谢谢", "noted")])
def test_a_reply_acts_at_once_and_once(acme: cast.Merchant, client: Client, words: str, effect: str) -> None:
    body = {"channel": "email", "sender": "b1@example.com", "text": words, "reference": "m1"}
    assert [post(client, "replies/", body).json()["effect"] for _ in range(2)] == [effect, "repeated"]
    assert doors.one(acme, "SELECT opted_out_at IS NOT NULL FROM store_buyer") == (effect == "opted_out")
