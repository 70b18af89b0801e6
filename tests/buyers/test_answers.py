"""Asking for a refund, answering the card, and stopping messages: all by link."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aftersales.buyers.links import link_to
from aftersales.buyers.pages.opt_out import opt_out_link
from aftersales.programs.policies import save_policy
from aftersales.programs.refund_retention.operations import record_outcome
from aftersales.programs.registry import program_named
from marketplace.outbox.operations.enqueueing import enqueue
from marketplace.outbox.unsubscribe import unsubscribe_link
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.buyers.test_pages import browser, buy, link
from tests.engine import doors
from tests.pages.text import text
from tests.tenancy.world import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"act": "ask", "line": "1", "quantity": "1", "reason": "quality", "words": "有一道裂缝", "number": "0123456789ab"}
CASE = "SELECT state, intent, answer, offer FROM refund_retention_retentioncase"
REQUESTS = "SELECT quantity, reason_code, buyer_text, outcome FROM store_refundrequest"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    """A shop with refund retention on, without control group."""
    made = cast.acme()
    buy(made, tmp_path)
    program = program_named("refund_retention")
    with scope(made.id):
        save_policy(
            merchant_id=made.id,
            program=program,
            settings=program.validated({"holdout_percent": 0}),
            automatic=True,
            by=CLI,
            at=datetime.now(UTC),
        )
    return made


def ask(who: Client, acme: cast.Merchant, **changes: str) -> HttpResponse:
    return who.post(link(acme, "refund"), {**FORM, **changes}, follow=True)


def card(acme: cast.Merchant) -> str:
    case, buyer = doors.rows(acme, "SELECT id, buyer_id FROM refund_retention_retentioncase")[0]
    ends = datetime.now(UTC) + timedelta(days=3)
    address = link_to(merchant_id=acme.id, purpose="retention", subject_id=case, buyer_id=buyer, expires_at=ends)
    return "/b/" + address.split("/b/")[1]


def answer(who: Client, address: str, act: str) -> HttpResponse:
    return who.post(address, {"act": act}, follow=True)


# Asking.


def test_a_request_is_stored_decided_and_leads_to_its_card(acme: cast.Merchant) -> None:
    shown = text(ask(browser(), acme))
    assert doors.rows(acme, REQUESTS) == [(1, "quality", "有一道裂缝", "open")]
    assert [row[:3] for row in doors.rows(acme, CASE)] == [("offered", "quality", "")]
    assert "No, just refund me" in shown and "Reading lamp" in shown


def test_a_form_sent_twice_is_one_request(acme: cast.Merchant) -> None:
    who = browser()
    ask(who, acme)
    ask(who, acme)
    assert len(doors.rows(acme, REQUESTS)) == 1


def test_without_the_program_the_request_goes_its_way(tmp_path: Path) -> None:
    other = cast.other()
    buy(other, tmp_path)
    shown = text(ask(browser(), other))
    assert "Your request is with the shop" in shown
    assert doors.rows(other, CASE) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"line": "9"}, "Choose what"),
        ({"line": "x"}, "Choose what"),
        ({"line": "٣"}, "Choose what"),
        ({"quantity": "3"}, "Only 2 units"),
        ({"quantity": "0"}, "Only 2 units"),
        ({"quantity": "-1"}, "how many"),
        ({"quantity": "1e9"}, "how many"),
        ({"quantity": "9" * 30}, "how many"),
        ({"reason": "because"}, "Choose a reason"),
        ({"number": "../../x"}, "Choose what"),
    ],
)
def test_a_form_that_cannot_be_is_refused_with_a_reason(acme: cast.Merchant, change: dict[str, str], says: str) -> None:
    assert says in text(ask(browser(), acme, **change))
    assert doors.rows(acme, REQUESTS) == []


def test_words_no_database_can_hold_are_cleaned(acme: cast.Merchant) -> None:
    ask(browser(), acme, words="a\x00b\x07c" + "x" * 900)
    kept = doors.rows(acme, REQUESTS)[0][2]
    assert kept.startswith("abc") and len(kept) == 500


# The card.


def test_taking_the_card_keeps_the_goods(acme: cast.Merchant) -> None:
    who = browser()
    ask(who, acme)
    assert "Thank you, we take care of it" in text(answer(who, card(acme), "accept"))
    assert doors.rows(acme, CASE)[0][2] == "accepted"


def test_just_refund_me_is_one_click(acme: cast.Merchant) -> None:
    who = browser()
    ask(who, acme)
    assert "Your refund goes on" in text(answer(who, card(acme), "refund"))
    assert doors.rows(acme, CASE)[0][::2] == ("declined", "refund")


def test_a_mis_click_is_undone_with_one_tap(acme: cast.Merchant) -> None:
    who, _asked = browser(), ask(browser(), acme)
    address = card(acme)
    answer(who, address, "accept")
    assert "No, just refund me" in text(answer(who, address, "undo"))
    assert doors.rows(acme, CASE)[0][2] == ""


def test_a_yes_can_still_become_a_refund(acme: cast.Merchant) -> None:
    who, _asked = browser(), ask(browser(), acme)
    address = card(acme)
    answer(who, address, "accept")
    assert "Your refund goes on" in text(answer(who, address, "refund"))


def test_an_answered_card_tells_others_nothing_and_takes_no_answer(acme: cast.Merchant) -> None:
    ask(browser(), acme)
    address = card(acme)
    answer(browser(), address, "accept")
    before = fingerprint(acme.id)
    for found in (browser().get(address), answer(browser(), address, "refund")):
        shown = text(found)
        assert "This link was used already" in shown and "Reading lamp" not in shown
    assert fingerprint(acme.id) == before


def test_the_platforms_word_comes_first(acme: cast.Merchant) -> None:
    ask(browser(), acme)
    request = doors.one(acme, "SELECT id FROM store_refundrequest")
    record_outcome(merchant_id=acme.id, request_id=request, outcome="refunded", by=CLI, at=datetime.now(UTC))
    shown = text(answer(browser(), card(acme), "accept"))
    assert "Your refund goes on" in shown
    assert doors.rows(acme, CASE)[0][2] == ""


def test_looking_at_a_card_answers_nothing(acme: cast.Merchant) -> None:
    ask(browser(), acme)
    before = fingerprint(acme.id)
    browser().get(card(acme))
    assert fingerprint(acme.id) == before


# No more messages.


def stop_link(acme: cast.Merchant) -> str:
    buyer = doors.one(acme, "SELECT id FROM store_buyer")
    return "/b/" + unsubscribe_link(acme.id, buyer).split("/b/")[1]


def test_one_tap_stops_what_waits_and_what_would_come(acme: cast.Merchant) -> None:
    buyer = doors.one(acme, "SELECT id FROM store_buyer")
    with scope(acme.id):
        assert enqueue(
            merchant_id=acme.id, kind="aftersales.presale_balance.reminded", channel="email", effect_key="k", recipient_id=buyer
        )
    assert "You get no more messages" in text(answer(browser(), stop_link(acme), "stop"))
    assert doors.rows(acme, "SELECT state, reason FROM outbox_message") == [("dropped", "opted_out")]
    assert doors.one(acme, "SELECT opted_out_at IS NOT NULL FROM store_buyer")


def test_looking_stops_nothing_and_stopping_twice_is_once(acme: cast.Merchant) -> None:
    address = stop_link(acme)
    assert "No more messages?" in text(browser().get(address))
    assert not doors.one(acme, "SELECT opted_out_at IS NOT NULL FROM store_buyer")
    answer(browser(), address, "stop")
    first = doors.one(acme, "SELECT opted_out_at FROM store_buyer")
    assert "You get no more messages" in text(answer(browser(), address, "stop"))
    assert doors.one(acme, "SELECT opted_out_at FROM store_buyer") == first


def test_the_link_is_the_same_all_month_and_works_for_a_year() -> None:
    at = datetime(2026, 11, 11, tzinfo=UTC)
    links = {opt_out_link(1, 2, at=at + timedelta(hours=hours)) for hours in range(0, 24 * 28, 7)}
    assert len(links) <= 2


def test_an_agent_cannot_be_stopped_by_another_purpose(acme: cast.Merchant, sign_in: Callable[..., Any]) -> None:
    assert browser().post(link(acme, "presale"), {"act": "stop"}).status_code == 404
    assert not doors.one(acme, "SELECT opted_out_at IS NOT NULL FROM store_buyer")
