"""What a buyer sees and does through a link, and what nobody can do with one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from aftersales.buyers.links import Link, Purpose, link_to
from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.pages.text import text
from tests.tenancy.world import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
Worker = Callable[[], list[str]]
CLAIMS = "SELECT state, amount FROM aftersales_claim WHERE sequence > 0 ORDER BY id"


def buy(merchant: cast.Merchant, folder: Path, *, presale: dict[str, Any] | None = None, price: str = "80.00") -> None:
    today = datetime.now(UTC).replace(microsecond=0)
    bought = {
        name: (today - timedelta(days=days)).isoformat() for name, days in (("placed_at", 4), ("paid_at", 4), ("delivered_at", 3))
    }
    line = {"sku": "LAMP", "title": "Reading lamp", "quantity": 2, "list_unit_price": "100.00"}
    facts = {**bought, "status": "delivered", **(presale or {})}
    order = {"order_ref": "N1", "buyer_ref": "B1", "contact": "b1@example.com", **facts, "lines": [line]}
    doors.import_orders(merchant, doors.orders_file(folder, [order], "jsonl"), "jsonl")
    since = (today - timedelta(days=1)).isoformat()
    table = [{"sku": "LAMP", "price": price, "valid_from": since}]
    doors.import_prices(merchant, doors.table_file(folder / "prices.csv", table))


def offer(merchant: cast.Merchant, **changes: Any) -> None:
    program = program_named("price_protection")
    with scope(merchant.id):
        save_policy(
            merchant_id=merchant.id,
            program=program,
            settings=program.validated(changes),
            automatic=False,
            by=CLI,
            at=datetime.now(UTC),
        )


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    made = cast.acme()
    buy(made, tmp_path)
    offer(made)
    return made


def link(merchant: cast.Merchant, purpose: str = "price_protection", *, days: float = 30, subject: int | None = None) -> str:
    order, buyer = doors.rows(merchant, "SELECT id, buyer_id FROM store_shoporder WHERE external_ref = 'N1'")[0]
    ends = datetime.now(UTC) + timedelta(days=days)
    address = link_to(merchant_id=merchant.id, purpose=purpose, subject_id=subject or order, buyer_id=buyer, expires_at=ends)
    return "/b/" + address.split("/b/")[1]


def browser(language: str = "en") -> Client:
    return Client(headers={"accept-language": language}, enforce_csrf_checks=False)


def claim(who: Client, address: str) -> HttpResponse:
    return who.post(address, {"act": "claim"}, follow=True)


# Price protection.


def test_a_buyer_sees_the_amount_and_why_before_asking(acme: cast.Merchant) -> None:
    shown = text(browser().get(link(acme)))
    assert "£40.00" in shown
    assert "Since" in shown and "one costs £80.00" in shown
    assert "The 2 units you kept cost you £200.00 and would cost £160.00 today." in shown


def test_looking_changes_nothing(acme: cast.Merchant) -> None:
    before = fingerprint(acme.id)
    who, address = browser(), link(acme)
    assert who.get(address).status_code == who.head(address).status_code == 200
    assert fingerprint(acme.id) == before


def test_one_click_and_the_money_is_paid_once(acme: cast.Merchant, worker: Worker) -> None:
    who, address = browser(), link(acme)
    assert "Your price protection is on its way" in text(claim(who, address))
    assert worker() == ["aftersales.payouts.settled"]
    assert doors.rows(acme, CLAIMS) == [("reserved", 4000)]
    assert "£40.00" in text(who.get(address)) and "Paid" in text(who.get(address))
    doors.assert_books_balance(acme)


def test_a_used_link_has_no_effect_and_tells_others_nothing(acme: cast.Merchant, worker: Worker) -> None:
    address = link(acme)
    claim(browser(), address)
    worker()
    before = fingerprint(acme.id)
    stranger = browser()
    for found in (stranger.get(address), claim(stranger, address)):
        shown = text(found)
        assert "This link was used already" in shown
        assert not {"N1", "£40.00", "Reading lamp", acme.shop.name} & {
            word for word in ("N1", "£40.00", "Reading lamp") if word in shown
        }
    assert fingerprint(acme.id) == before


def test_two_links_for_one_order_still_pay_once(acme: cast.Merchant, worker: Worker) -> None:
    claim(browser(), link(acme))
    claim(browser(), link(acme, days=10))
    worker()
    assert doors.rows(acme, CLAIMS) == [("reserved", 4000)]


def test_without_a_lower_price_the_link_stays_good(acme: cast.Merchant, tmp_path: Path) -> None:
    later = datetime.now(UTC) - timedelta(hours=1)
    table = [{"sku": "LAMP", "price": "120.00", "valid_from": later.isoformat()}]
    doors.import_prices(acme, doors.table_file(tmp_path / "higher.csv", table))
    who, address = browser(), link(acme)
    assert "No difference right now" in text(who.get(address))
    assert "No refund is due right now" in text(claim(who, address))
    assert doors.one(acme, "SELECT count(*) FROM buyers_linkuse") == 0


def test_a_machine_cannot_ask_without_end(acme: cast.Merchant, tmp_path: Path) -> None:
    table = [{"sku": "LAMP", "price": "120.00", "valid_from": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}]
    doors.import_prices(acme, doors.table_file(tmp_path / "higher.csv", table))
    who, address = browser(), link(acme)
    answers = [text(claim(who, address)) for _ in range(7)]
    assert ["You asked several times" in answer for answer in answers] == [False] * 5 + [True] * 2
    assert doors.one(acme, "SELECT count(*) FROM aftersales_programrun") == 5


def test_a_shop_without_the_program_says_so(tmp_path: Path) -> None:
    other = cast.other()
    buy(other, tmp_path)
    found = browser().get(link(other))
    assert found.status_code == 404
    assert "does not offer price protection" in text(found)


def test_a_large_drop_waits_for_a_person_and_the_buyer_is_told(acme: cast.Merchant, tmp_path: Path) -> None:
    offer(acme, price_error_hold=10)
    who, address = browser(), link(acme)
    assert "a person at the shop looks at it first" in text(who.get(address))
    claim(who, address)
    assert doors.rows(acme, CLAIMS) == [("held", 4000)]


# Presale.


PRESALE = {
    "paid_at": None,
    "delivered_at": None,
    "status": "open",
    "deposit": "20.00",
    "balance": "180.00",
}


def presale(merchant: cast.Merchant, folder: Path, opens: float, closes: float, **facts: Any) -> str:
    """A presale whose balance is due from `opens` to `closes` hours from now."""
    now = datetime.now(UTC).replace(microsecond=0)
    window = {
        "deposit_paid_at": (now - timedelta(days=3)).isoformat(),
        "balance_opens_at": (now + timedelta(hours=opens)).isoformat(),
        "balance_closes_at": (now + timedelta(hours=closes)).isoformat(),
    }
    buy(merchant, folder, presale={**PRESALE, **window, **facts})
    return link(merchant, "presale")


@pytest.mark.parametrize(
    ("opens", "closes", "says"),
    [(-1, 5, "Your balance can be paid now"), (2, 5, "not due yet"), (-9, -1, "The time to pay the balance is over")],
)
def test_a_presale_says_how_it_stands(tmp_path: Path, opens: float, closes: float, says: str) -> None:
    shown = text(browser().get(presale(cast.acme(), tmp_path, opens, closes)))
    assert says in shown
    assert ("£180.00" in shown) == (closes > 0)


def test_a_balance_that_is_not_published_prints_no_amount(tmp_path: Path) -> None:
    shown = text(browser().get(presale(cast.acme(), tmp_path, -1, 5, balance=None)))
    assert "Your balance can be paid now" in shown
    assert "£180" not in shown and "None" not in shown


def test_a_presale_page_takes_no_orders(tmp_path: Path) -> None:
    acme = cast.acme()
    address = presale(acme, tmp_path, -1, 5)
    before = fingerprint(acme.id)
    assert browser().post(address, {"act": "claim"}).status_code == 200
    assert fingerprint(acme.id) == before


# Links that are not good.


def bad_links(acme: cast.Merchant, other: cast.Merchant) -> dict[str, str]:
    good = link(acme)
    token = good.removeprefix("/b/").rstrip("/")
    order, buyer = doors.rows(acme, "SELECT id, buyer_id FROM store_shoporder WHERE external_ref = 'N1'")[0]
    foreign = Link(Purpose.PRICE_PROTECTION, other.id, order, buyer, datetime.now(UTC) + timedelta(days=1))
    return {
        "altered": f"/b/{token[:-2]}{'A' if token[-2] != 'A' else 'B'}{token[-1]}/",
        "cut off": f"/b/{token[:20]}/",
        "expired": link(acme, days=-0.01),
        "missing": link(acme, subject=2**40),
        "foreign": f"/b/{foreign.token}/",
        "nonsense": "/b/hello/",
    }


def test_every_bad_link_gets_the_same_friendly_page(acme: cast.Merchant) -> None:
    other = cast.other()
    before = fingerprint(acme.id)
    pages = set()
    for name, address in bad_links(acme, other).items():
        for found in (browser().get(address), browser().post(address, {"act": "claim"})):
            assert found.status_code == 404, name
            shown = text(found)
            assert "This link does not work" in shown
            assert "N1" not in shown and acme.shop.name not in shown.split("\n")
            pages.add(shown)
    assert len(pages) == 1
    assert fingerprint(acme.id) == before


def test_a_link_cannot_do_what_another_is_for(acme: cast.Merchant) -> None:
    before = fingerprint(acme.id)
    found = browser().post(link(acme, "presale"), {"act": "claim"})
    assert found.status_code == 404
    assert fingerprint(acme.id) == before


def test_the_address_is_kept_secret(acme: cast.Merchant) -> None:
    found = browser().get(link(acme))
    assert found["Referrer-Policy"] == "same-origin"
    assert "noindex" in found["X-Robots-Tag"]
    assert "no-store" in found["Cache-Control"]


def test_a_signed_in_member_of_another_merchant_is_a_buyer_like_any(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    who = sign_in(cast.other().owner)
    assert "£40.00" in text(who.get(link(acme)))
    assert "Your price protection is on its way" in text(claim(who, link(acme)))


# Language, and the agent's side.


def test_the_page_speaks_the_buyers_language(acme: cast.Merchant) -> None:
    assert "价格降了" in text(browser("zh-hans").get(link(acme)))
    with scope(acme.id):
        from orders.store.models import Buyer

        Buyer.objects.filter(merchant_id=acme.id).update(language="zh-hans")
    assert "价格降了" in text(browser("en").get(link(acme)))
    chosen = browser("en")
    chosen.cookies["django_language"] = "en"
    assert "The price has fallen" in text(chosen.get(link(acme)))


def test_an_agent_finds_the_links_on_the_order(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    order = doors.one(acme, "SELECT id FROM store_shoporder WHERE external_ref = 'N1'")
    page = sign_in(acme.owner).get(f"/orders/{order}/").content.decode()
    claim_at, refund_at = (page.split(f'id="buyer-link-{key}" value="')[1].split('"')[0] for key in ("claim", "refund"))
    assert "£40.00" in text(browser().get("/b/" + claim_at.split("/b/")[1]))
    assert "What do you want to return?" in text(browser().get("/b/" + refund_at.split("/b/")[1]))
