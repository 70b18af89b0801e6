"""Price protection's golden cases, through the doors a merchant uses: order file, price file, run.

A case names the orders (with their lines), the prices of a product over time, the moments at which the program runs, and what
each run must pay per line or why it pays nothing. Every case runs from CSV and from JSONL.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from aftersales.programs.price_protection.rules import PRESETS
from marketplace.tenancy.scope import scope
from orders.store.models import Promotion
from tests import cast
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)

BOUGHT = {"placed_at": "2026-03-02T10:00:00", "delivered_at": "2026-03-04T15:00:00", "status": "delivered"}
DROP, NEXT, LATER = "2026-03-06T00:00:00", "2026-03-07T00:00:00", "2026-03-08T00:00:00"
AS_OF, AS_OF_NEXT, AS_OF_LATER = "2026-03-06T12:00:00+00:00", "2026-03-07T12:00:00+00:00", "2026-03-08T12:00:00+00:00"


def order(*lines: dict[str, Any], ref: str = "1001", **facts: Any) -> dict[str, Any]:
    return {"order_ref": ref, **BOUGHT, **facts, "lines": [{"line_no": n, **line} for n, line in enumerate(lines, 1)]}


def line(price: str, quantity: int = 1, sku: str = "LAMP", **facts: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "list_unit_price": price, **facts}


def price(amount: str, start: str = DROP, sku: str = "LAMP", **facts: Any) -> dict[str, Any]:
    return {"sku": sku, "price": amount, "valid_from": start, **facts}


@dataclass(frozen=True)
class Run:
    """One run: when, what it pays per line in minor units with the reason, and what it refuses."""

    pays: list[tuple[int, str]] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    at: str = AS_OF


def pays(*amounts: int, reason: str = "PRICE_DROP", at: str = AS_OF) -> Run:
    return Run([(amount, reason) for amount in amounts], at=at)


def refuses(code: str = "", at: str = AS_OF) -> Run:
    return Run(refuses={code: 1} if code else {}, at=at)


@dataclass(frozen=True)
class Golden:
    name: str
    order: dict[str, Any]
    prices: list[dict[str, Any]]
    runs: list[Run]
    policy: dict[str, Any] = field(default_factory=dict)
    currency: str = "CNY"
    timezone: str = "Asia/Shanghai"
    promotion: tuple[str, str, str] | None = None


SINGLES_DAY = ("2026-10-31T20:00:00+08:00", "2026-11-12T00:00:00+08:00", "2026-12-13T00:00:00+08:00")
PROMO_ORDER = {"placed_at": "2026-10-31T20:05:00", "delivered_at": "2026-11-03T11:00:00"}
PRESALE = {
    "placed_at": "2026-10-24T20:00:00",
    "paid_at": "2026-11-11T01:10:00",
    "delivered_at": "2026-11-13T09:00:00",
    "deposit": "100",
    "deposit_paid_at": "2026-10-24T20:01:00",
    "balance": "700",
    "balance_opens_at": "2026-11-11T01:00:00",
    "balance_closes_at": "2026-11-12T00:00:00",
    "balance_paid_at": "2026-11-11T01:10:00",
}
COUPON = {"order_discount": "5.00", "order_total": "193.00"}
TWICE = {"max_claims_per_line": 2}

GOLDENS = [
    Golden("G1 basic", order(line("1288.00")), [price("1238.00")], [pays(5000)]),
    Golden("G2 several units", order(line("99.00", 3)), [price("89.00")], [pays(3000)]),
    Golden("G3 order coupon allocated", order(line("79"), line("119", sku="MUG"), **COUPON), [price("75.00")], [pays(201)]),
    Golden("G5 coupon at purchase, list fell less", order(line("899", line_discount="100")), [price("849")], [refuses()]),
    Golden("G6 goodwill on a kept unit", order(line("500", goodwill="20")), [price("450")], [pays(3000)]),
    Golden(
        "G8 further drop, two claims allowed",
        order(line("1000")),
        [price("900"), price("880", NEXT)],
        [pays(10000), pays(2000, at=AS_OF_NEXT), refuses("CLAIM_LIMIT", at=AS_OF_LATER)],
        TWICE,
    ),
    Golden(
        "G8 further drop, one claim allowed",
        order(line("1000")),
        [price("900"), price("880", NEXT)],
        [pays(10000), refuses("CLAIM_LIMIT", at=AS_OF_NEXT)],
    ),
    Golden(
        "G9 price rises again",
        order(line("1000")),
        [price("900"), price("950", NEXT)],
        [pays(10000), refuses("BELOW_MIN", at=AS_OF_NEXT)],
        TWICE,
    ),
    Golden(
        "G10 inside the promotion's window",
        order(line("500"), **PROMO_ORDER),
        [price("460", "2026-11-25T00:00:00")],
        [pays(4000, at="2026-11-25T10:00:00+08:00")],
        promotion=SINGLES_DAY,
    ),
    Golden(
        "G10 last second of the promotion's window",
        order(line("500"), **PROMO_ORDER),
        [price("460", "2026-12-12T23:59:59")],
        [pays(4000, at="2026-12-12T23:59:59+08:00")],
        promotion=SINGLES_DAY,
    ),
    Golden(
        "G10 at the end of the promotion's window",
        order(line("500"), **PROMO_ORDER),
        [price("460", "2026-12-13T00:00:00")],
        [refuses(at="2026-12-13T00:00:00+08:00"), refuses(at="2026-12-20T00:00:00+08:00")],
        promotion=SINGLES_DAY,
    ),
    Golden(
        "G10 without the extension",
        order(line("500"), **PROMO_ORDER),
        [price("460", "2026-11-25T00:00:00")],
        [refuses(at="2026-11-25T10:00:00+08:00")],
        {"promo_extension": False},
        promotion=SINGLES_DAY,
    ),
    Golden(
        "G11 yen have no decimals",
        order(line("1000", 3, line_discount="100")),
        [price("950")],
        [pays(50)],
        currency="JPY",
        timezone="Asia/Tokyo",
    ),
    Golden(
        "G11 yen, the smallest unit share leaves first",
        order(line("1000", 3, line_discount="100", returned_quantity=1)),
        [price("950")],
        [pays(34)],
        currency="JPY",
        timezone="Asia/Tokyo",
    ),
    Golden("G11 dinars have three", order(line("10.005")), [price("9.500")], [pays(505)], currency="KWD", timezone="Asia/Kuwait"),
    Golden("G12 shipping excluded", order(line("200"), shipping="10", order_total="210"), [price("180")], [pays(2000)]),
    Golden(
        "G14 presale, 799 less a public coupon of 50 on the day",
        order(line("800"), **PRESALE),
        [price("749", "2026-11-11T00:00:00", source="promo")],
        [pays(5100, at="2026-11-11T12:00:00+08:00")],
    ),
    Golden("G15 below the minimum", order(line("100.00")), [price("99.95")], [refuses("BELOW_MIN")]),
    Golden("G15 at the minimum", order(line("100.00")), [price("99.90")], [pays(10)]),
    Golden(
        "G19 capped by the order",
        order(line("500"), captured="500", refunded="455"),
        [price("440")],
        [pays(4500, reason="CAPPED")],
    ),
    Golden("G20 open full refund", order(line("500", 2, open_aftersale_quantity=2)), [price("440")], [refuses("AFTERSALE_OPEN")]),
    Golden(
        "one of three units in an open case: the others are paid",
        order(line("500", 3, open_aftersale_quantity=1)),
        [price("440")],
        [pays(12000)],
    ),
    Golden(
        "one unit returned, the other in an open case",
        order(line("500", 2, returned_quantity=1, open_aftersale_quantity=1)),
        [price("440")],
        [refuses("AFTERSALE_OPEN")],
    ),
    Golden(
        "G20 order in euro, price in dollars",
        order(line("500")),
        [price("440", currency="USD")],
        [refuses("CURRENCY_MISMATCH")],
        currency="EUR",
        timezone="Europe/Berlin",
    ),
    Golden("G20 out of stock", order(line("500")), [price("440", stock=0)], [refuses("OUT_OF_STOCK")]),
    Golden("G20 in stock", order(line("500")), [price("440", stock=1)], [pays(6000)]),
    Golden("G20 cancelled", order(line("500"), status="cancelled"), [price("440")], [refuses("ORDER_INACTIVE")]),
    Golden("G20 nothing kept", order(line("500", 2, returned_quantity=2)), [price("440")], [refuses("NOTHING_KEPT")]),
    Golden("G20 flash sale", order(line("500", is_flash="true")), [price("440")], [refuses("EXCLUDED")]),
    Golden(
        "two lines share the order's headroom in line order",
        order(line("500"), line("500", sku="MUG"), line("500", sku="CUP"), captured="1500", refunded="1400"),
        [price("440"), price("440", sku="MUG"), price("440", sku="CUP")],
        [Run([(6000, "PRICE_DROP"), (4000, "CAPPED")], {"CAPPED": 1})],
    ),
    Golden(
        "a drop at midnight after day 7 is too late, a microsecond before is not",
        order(line("500"), line("500", sku="MUG")),
        [price("440", "2026-03-12T00:00:00"), price("430", "2026-03-11T23:59:59.999999", sku="MUG")],
        [pays(7000, at="2026-03-20T00:00:00+08:00")],
    ),
    Golden(
        "a tax-exclusive shop adds the line's tax, half up",
        order(line("100.00", tax_rate="0.0825")),
        [price("98.00")],
        [pays(217)],
        {"headroom": False},
        currency="USD",
        timezone="America/Chicago",
    ),
]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_golden(golden: Golden, form: str, tmp_path: Path) -> None:
    is_taxed = "tax_rate" in golden.order["lines"][0]
    acme = cast.acme(currency=golden.currency, timezone=golden.timezone, prices_include_tax=not is_taxed)
    report = doors.import_orders(acme, doors.orders_file(tmp_path, [golden.order], form), form)
    assert report["quarantined"] == 0, doors.rows(acme, "SELECT reason, detail FROM store_quarantinedrow")
    promote(acme, golden.promotion)
    prices = doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", golden.prices))
    assert prices["points_written"] == len(golden.prices)
    booked: list[tuple[int, str]] = []
    for run in golden.runs:
        report = doors.run_program(acme, run.at, **golden.policy)
        booked += run.pays
        assert [(amount, reason) for _order, _line, amount, reason in doors.claims(acme)] == booked
        assert report["refused"] == run.refuses
        assert (report["claims"], report["amount"]) == (len(run.pays), sum(amount for amount, _reason in run.pays))
    doors.assert_books_balance(acme)
    paid = sum(amount for amount, _reason in booked)
    assert doors.balances(acme) == ({"refund_funding": -paid, "refunds_paid": paid} if paid else {})


def promote(merchant: cast.Merchant, promotion: tuple[str, str, str] | None) -> None:
    if promotion:
        start, end, until = promotion
        with scope(merchant.id):
            Promotion.objects.create(
                merchant_id=merchant.id,
                shop=merchant.shop,
                code="11.11",
                name="11.11",
                purchase_from=start,
                purchase_to=end,
                protected_until=until,
            )


def test_a_price_drop_that_looks_like_a_mistake_is_held_for_a_person(tmp_path: Path) -> None:
    acme = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    doors.import_orders(acme, doors.orders_file(tmp_path, [order(line("500"))], "csv"), "csv")
    doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", [price("100")]))
    report = doors.run_program(acme, AS_OF)
    assert (report["held"], report["claims"]) == (1, 0)
    assert [row[2:] for row in doors.claims(acme)] == [(40000, "PRICE_ERROR")]
    assert doors.rows(acme, "SELECT 1 FROM aftersales_payout") == []


# Presets are data: nothing may depend on their names.

SHEET = [
    ("100001", "22041A", 4, "2011-01-03 09:00:00", "2.55", "17850"),
    ("100002", "22041A", 2, "2011-01-05 10:00:00", "2.10", "13047"),
    ("100003", "22041A", 1, "2011-01-05 11:00:00", "2.10", "13048"),
    ("100004", "22041A", 1, "2011-01-12 11:00:00", "1.95", "13049"),
    ("100005", "22041A", 1, "2011-01-12 12:00:00", "1.95", "13050"),
    ("C100006", "22041A", -1, "2011-01-04 12:00:00", "2.55", "17850"),
]


def online_retail_shop(tmp_path: Path) -> cast.Merchant:
    acme = cast.acme()
    names = ("Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID")
    rows = [{**dict(zip(names, row, strict=True)), "Description": "HOLDER", "Country": "United Kingdom"} for row in SHEET]
    doors.import_orders(acme, doors.table_file(tmp_path / "sheet.csv", rows), "online-retail")
    doors.command("derive_prices", "--shop", acme.shop_name, "--rule", "public-price")
    return acme


@pytest.mark.parametrize(
    ("preset", "days", "amount"),
    [
        ("online-retail", 7, 4 * 45 + 3 * 15),
        ("online-retail", 15, 4 * 60 + 3 * 15),
        ("online-retail-kept", 7, 3 * 45 + 3 * 15),
        ("online-retail-kept", 15, 3 * 60 + 3 * 15),
    ],
)
def test_a_preset_is_its_json(preset: str, days: int, amount: int, tmp_path: Path) -> None:
    acme = online_retail_shop(tmp_path)
    text = json.dumps({**PRESETS[preset], "window_days": days})
    as_of = "2011-01-31T00:00:00+00:00"
    by_name = doors.run_program(acme, as_of, "--dry-run", "--policy", preset, window_days=days)
    by_json = doors.run_program(acme, as_of, "--dry-run", "--policy", text)
    assert by_name["amount"] == amount
    assert {**by_name, "seconds": 0} == {**by_json, "seconds": 0}
    assert doors.claims(acme) == []


def test_what_a_dry_run_promises_the_run_pays(tmp_path: Path) -> None:
    acme = online_retail_shop(tmp_path)
    as_of, policy = "2011-01-31T00:00:00+00:00", ("--policy", "online-retail-kept")
    promised = doors.run_program(acme, as_of, "--dry-run", *policy)
    paid = doors.run_program(acme, as_of, *policy)
    again = doors.run_program(acme, as_of, *policy)
    ignored = {"seconds": 0, "dry_run": None}
    assert {**promised, **ignored} == {**paid, **ignored}
    assert (paid["amount"], again["amount"], again["claims"]) == (180, 0, 0)
    doors.assert_books_balance(acme)


@pytest.mark.parametrize("preset", ["online-retail", json.dumps(PRESETS["online-retail"])], ids=["by name", "as JSON"])
def test_a_policy_that_ignores_returns_never_pays(preset: str, tmp_path: Path) -> None:
    acme = online_retail_shop(tmp_path)
    with pytest.raises(CommandError, match="dry-run"):
        doors.run_program(acme, "2011-01-31T00:00:00+00:00", "--policy", preset)
    assert doors.claims(acme) == []
    assert doors.rows(acme, "SELECT 1 FROM aftersales_programrun") == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--set", "windw_days=7"), "windw_days"),
        (("--policy", '{"colour": "red"}'), "colour"),
        (("--policy", "online-retial"), "online-retial"),
        (("--policy", '{"window_days": '), "JSON"),
        (("--set", "window_days=7.5"), "window_days"),
        (("--set", "window_days=-1"), "window_days"),
        (("--set", "window_days=true"), "window_days"),
        (("--set", "returns=maybe"), "returns"),
        (("--set", 'exclude=["bundles"]'), "exclude"),
        (("--set", "min_diff=0.5"), "min_diff"),
        (("--set", "window_days"), "KEY=VALUE"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(options: tuple[str, ...], says: str) -> None:
    acme = cast.acme()
    with pytest.raises(CommandError, match=says):
        doors.run_program(acme, AS_OF, *options)
    assert doors.rows(acme, "SELECT 1 FROM aftersales_programrun") == []
