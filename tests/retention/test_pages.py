"""The pages of refund retention: policy, preview, cases, one case opened to its inputs, the retained-value ledger."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import OFFER_BY_INTENT
from tests import cast
from tests.pages.conftest import clean, sign_in, worker
from tests.pages.text import text
from tests.retention import shop
from tests.retention.shop import later

__all__ = ["clean", "sign_in", "worker"]

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {
    "holdout_percent": "0", "hold_minutes": "20", "hold_percent": "10", "cap_percent": "6", "money_offer_days": "60",
    "settle_days": "30", "channel": "sms", "platform_deadline_hours": "48", "serial_days": "90", "undo_minutes": "5",
    "min_probability_percent": "60", "never_retain": ["usage"], "is_automatic": "on",
    **{f"offer_{intent}": offer for intent, offer in OFFER_BY_INTENT.items()},
}  # fmt: skip


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{"title": "北欧落地灯"}] * 12)
    return merchant


@pytest.fixture
def visit(acme: cast.Merchant, sign_in: Callable[..., Client]) -> Client:
    return sign_in(acme.owner)


def url(name: str, *args: int) -> str:
    return reverse(f"refund_retention:{name}", args=args)


def saved(merchant: cast.Merchant, order: str = "O1") -> RetentionCase:
    """620.00 kept for 25.00."""
    asked = shop.ask(merchant, order, reason_code="质量问题", buyer_text="灯罩有裂纹", ref=f"TK-{order}")
    shop.accept(shop.case_of(asked))
    shop.beat(merchant, later(minutes=10))
    shop.closed(asked, "withdrawn", later(hours=1))
    shop.beat(merchant, later(hours=2))
    return shop.case_of(asked)


def test_before_the_first_request_every_page_says_what_to_do(visit: Client) -> None:
    assert "No policy is in force" in text(visit.get(url("home")))
    assert "No cases yet" in text(visit.get(url("cases")))
    assert "Nothing retained yet" in text(visit.get(url("ledger")))


def test_a_policy_is_saved_and_said_in_plain_words(visit: Client) -> None:
    assert visit.post(url("home"), FORM).status_code == 302
    page = text(visit.get(url("home")))
    assert "at most 20 minutes" in page
    assert "at most 6% of the line" in page
    assert "once in 60 days" in page
    assert "Answers by itself" in page


def test_a_wrong_policy_is_shown_again_with_its_error(visit: Client) -> None:
    response = visit.post(url("home"), {**FORM, "hold_minutes": "45"})
    assert response.status_code == 400
    assert "30" in text(response)


def test_a_preview_decides_and_leaves_nothing(acme: cast.Merchant, visit: Client, worker: Callable[[], list[str]]) -> None:
    for n in (1, 2, 3):
        shop.ask(acme, f"O{n}", reason_code="size")
    response = visit.post(url("preview"), FORM)
    worker()
    page = text(visit.get(response["Location"].split("#")[0]))
    assert "nothing was sent" in page
    # The requests are old by the clock of the page: each is decided, none gets a card.
    assert "Requests 3" in page
    assert "No cases yet" in text(visit.get(url("cases")))


def test_the_list_narrows_and_exports(acme: cast.Merchant, visit: Client) -> None:
    shop.policy(acme)
    shop.ask(acme, "O1", reason_code="size", ref="TK-1")
    shop.ask(acme, "O2", reason_code="假货", ref="TK-2")
    assert "TK-1" in text(visit.get(url("cases"), {"state": "offered"}))
    assert "TK-2" not in text(visit.get(url("cases"), {"state": "offered"}))
    assert "TK-2" in text(visit.get(url("cases"), {"intent": "compliance"}))
    assert "No case matches" in text(visit.get(url("cases"), {"q": "ZZ"}))
    rows = b"".join(visit.get(url("export_cases"), {"q": "TK-2"})).decode()
    assert len(rows.splitlines()) == 2
    assert "NEVER_COMPLIANCE" in rows


def test_a_case_says_why_this_card(acme: cast.Merchant, visit: Client) -> None:
    shop.policy(acme, return_logistics_amount=2_500)
    page = text(visit.get(url("case", saved(acme).pk)))
    for words in ("Defect or damage", "灯罩有裂纹", "CN¥25.00 is the smallest of 8% of CN¥620.00", "CN¥595.00", "Keeps it"):
        assert words in page


def test_a_person_records_what_the_platform_did(acme: cast.Merchant, visit: Client, worker: Callable[[], list[str]]) -> None:
    shop.policy(acme)
    asked = shop.ask(acme, reason_code="size")
    case = shop.case_of(asked)
    assert visit.post(url("outcome", case.pk), {"outcome": "nonsense"}).status_code == 302
    assert shop.case_of(asked).request.outcome == "open"
    assert visit.post(url("outcome", case.pk), {"outcome": "refunded"}).status_code == 302
    worker()
    assert (shop.case_of(asked).state, shop.case_of(asked).reason) == ("closed", "PLATFORM_REFUNDED")


def test_the_ledger_adds_up_by_month_and_exports(acme: cast.Merchant, visit: Client) -> None:
    shop.policy(acme, return_logistics_amount=2_500)
    saved(acme)
    page = text(visit.get(url("ledger")))
    # 595.00 of twelve orders of 620.00 in March
    assert "8%" in page
    assert page.count("CN¥595.00") >= 3
    rows = b"".join(visit.get(url("export_ledger"))).decode().splitlines()
    assert rows[1].split(",")[5:12] == ["620.00", "620.00", "25.00", "0.00", "595.00", "CNY", "withdrawn"]


def test_lists_cost_the_same_with_one_case_and_with_ten(acme: cast.Merchant, visit: Client) -> None:
    shop.policy(acme)
    found = []
    for number in (1, 10):
        for n in range(1, number + 1):
            shop.ask(acme, f"O{n}", ref=f"R{n}", reason_code="size")
        sizes = []
        for name in ("home", "cases", "ledger"):
            with CaptureQueriesContext(connection) as queries:
                assert visit.get(url(name)).status_code == 200
            sizes.append(len(queries))
        found.append(sizes)
    assert found[0] == found[1]
    assert max(found[0]) <= 30


@pytest.mark.parametrize("name", ["home", "cases", "ledger"])
def test_chinese_pages_are_chinese(acme: cast.Merchant, sign_in: Callable[..., Client], name: str) -> None:
    shop.policy(acme)
    saved(acme)
    page = text(sign_in(acme.owner, "zh-hans").get(url(name)))
    for words in ("Retained", "Requests", "Offer", "Saved", "Cases"):
        assert words not in page
