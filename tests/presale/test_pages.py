"""The program's pages: from an empty shop to a story with states, filters, an export and the why of every reminder."""

from collections.abc import Callable
from typing import Any

import pytest
from celery.app.task import Task
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales.operations import execute_run
from aftersales.programs.policies import active_policy
from aftersales.programs.presale_balance.models import Enrolment
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from tests import cast
from tests.pages.text import text
from tests.presale.shop import at, buyers, change, chinese_shop, enrolment, presale, remind
from tests.tenancy.forms import PRESALE_POLICY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Tasks are noted, not sent."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: found.append(kwargs or {}))
    return found


def story(acme: cast.Merchant) -> None:
    """One order sent to, one paid, one moved, one without a buyer, one whose window is not announced."""
    lin, wu, fang, he = buyers(acme, ["lin", "wu", "fang", "he"], phone=True)
    presale(acme, "A1", lin)
    paid = presale(acme, "A2", wu)
    moved = presale(acme, "A3", fang)
    presale(acme, "A4", None)
    presale(acme, "A5", he, window=None)
    remind(acme, "2026-11-11T01:10")
    change(acme, paid, balance_paid_at=at("2026-11-11T02:00"), status="paid", captured_amount=80_000)
    change(acme, moved, balance_opens_at=at("2026-11-13T01:00"), balance_closes_at=at("2026-11-14T00:00"))
    remind(acme, "2026-11-11T03:00")


def test_an_empty_shop_is_told_what_will_be_here(sign_in: Callable[..., Client]) -> None:
    client = sign_in(chinese_shop().owner)
    page = text(client.get(reverse("presale_balance:home")))
    assert "No policy is in force" in page
    assert "No presale orders yet" in page
    assert "First reminder" in page
    assert "No presale orders yet" in text(client.get(reverse("presale_balance:list")))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_shows_the_story(sign_in: Callable[..., Client], language: str) -> None:
    acme = chinese_shop()
    story(acme)
    client = sign_in(acme.owner, language)
    for ref in ("A1", "A2", "A3", "A4", "A5"):
        assert ref in text(client.get(reverse("presale_balance:list")))
    assert client.get(reverse("presale_balance:home")).status_code == 200
    for state in ("balance_paid", "rescheduled", "suppressed", "deposit_paid", "scheduled"):
        assert client.get(reverse("presale_balance:list"), {"state": state}).context["page_obj"].paginator.count == 1
    assert client.get(reverse("presale_balance:list"), {"q": "A3"}).context["page_obj"].paginator.count == 1


def test_the_detail_says_why_this_reminder_at_this_time(sign_in: Callable[..., Client]) -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"], phone=True)
    order = presale(acme, "A1", lin)
    for moment in ("2026-11-11T01:10", "2026-11-11T10:12", "2026-11-11T21:59"):
        remind(acme, moment)
    page = text(sign_in(acme.owner).get(reverse("presale_balance:detail", args=[enrolment(acme, order).pk])))
    assert "later would be useless" in page
    assert "at most CN¥100.00 of the deposit may be kept; CN¥0.00 goes back" in page


def test_the_export_follows_the_filter(sign_in: Callable[..., Client]) -> None:
    acme = chinese_shop()
    story(acme)
    body = sign_in(acme.owner).get(reverse("presale_balance:export"), {"state": "balance_paid"})
    lines = b"".join(body.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("A2,main,D11,treatment,balance_paid")


def test_goods_out_of_stock_are_the_merchants_to_act_on(sign_in: Callable[..., Client]) -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-11T01:10")
    with scope(acme.id):
        Enrolment.objects.filter(merchant_id=acme.id, order=order).update(state="suppressed", reason="out_of_stock")
    client = sign_in(acme.owner)
    assert "1 presale order cannot be delivered" in text(client.get(reverse("presale_balance:home")))
    narrowed = client.get(reverse("presale_balance:list"), {"state": "suppressed", "reason": "out_of_stock"})
    assert narrowed.context["page_obj"].paginator.count == 1


def test_a_preview_then_a_policy_then_the_switch(sign_in: Callable[..., Client], sent: list[dict[str, Any]]) -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    presale(acme, "A1", lin, window=("2030-11-11T01:00", "2030-11-12T00:00"))
    client = sign_in(acme.owner)
    answer = client.post(reverse("presale_balance:preview"), PRESALE_POLICY)
    assert answer.status_code == 302
    execute_run(**sent[0], by=BEAT, at=at("2026-11-11T00:00"))
    page = text(client.get(answer.url.partition("#")[0]))
    assert "nothing was sent" in page
    assert "Messages still to come" in page
    client.post(reverse("presale_balance:home"), PRESALE_POLICY)
    client.post(reverse("presale_balance:switch"), {"to": "on"})
    with scope(acme.id):
        policy = active_policy(merchant_id=acme.id, program="presale_balance")
    assert policy is not None
    assert (policy.is_automatic, policy.settings["t1_after_minutes"], policy.version) == (True, 15, 2)


def test_a_policy_that_makes_no_sense_is_shown_with_its_error(sign_in: Callable[..., Client]) -> None:
    client = sign_in(chinese_shop().owner)
    found = client.post(reverse("presale_balance:home"), {**PRESALE_POLICY, "max_touches": "9"})
    assert found.status_code == 400
    assert "less than or equal to 3" in text(found)


def test_pages_cost_the_same_with_one_order_and_with_thirty(sign_in: Callable[..., Client]) -> None:
    acme = chinese_shop()
    client = sign_in(acme.owner)

    def cost() -> list[int]:
        found = []
        for name in ("presale_balance:home", "presale_balance:list"):
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse(name))
            found.append(len(queries))
        return found

    (first,) = buyers(acme, ["first"])
    presale(acme, "A0", first)
    remind(acme, "2026-11-11T01:10")
    one = cost()
    for n, buyer in enumerate(buyers(acme, [f"b{n}" for n in range(30)]), 1):
        presale(acme, f"A{n}", buyer)
    remind(acme, "2026-11-11T01:11")
    assert cost() == one
