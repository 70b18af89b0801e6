"""What the demo market says: complete, in two languages, priced as one would expect, and never the same twice."""

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from django.conf import settings

from providers.catalogue.lists import BELTS
from providers.demo.files import Market

MARKET = Market(settings.BASE_DIR / "demo" / "market")
LISTINGS = MARKET.listings
FIELDS = {path.stem: path for path in (MARKET.folder / "listings").glob("*.json")}
#: The least and the most, in yuan, that one package (a month, a project, a seat in a class) may cost.
PRICES = {
    "agency-operation": (1_000, 80_000), "content-marketing": (150, 60_000), "customer-service": (400, 60_000),
    "onboarding-agent": (400, 25_000), "isv-tools": (25, 12_000), "visual-design": (350, 60_000), "lecturers": (90, 45_000),
}  # fmt: skip
#: Nobody of the demo exists, and nobody who exists is in the demo.
REAL = (
    "阿里巴巴",
    "腾讯",
    "百度",
    "京东物流",
    "顺丰",
    "中通",
    "圆通",
    "招商银行",
    "工商银行",
    "宝尊",
    "lorem",
    "ipsum",
    "TODO",
    "示例商品",
)


def fields() -> dict[str, list[dict[str, Any]]]:
    import json

    return {name: json.loads(path.read_text("utf-8")) for name, path in FIELDS.items()}


def prices_of(row: dict[str, Any]) -> list[int]:
    packages = [package["price"] for package in row.get("packages", [])]
    editions = [price for edition in row.get("editions", []) for price in edition["prices"]]
    return packages + editions + [each["price"] for each in row.get("sessions", [])]


def test_the_market_is_large_enough_in_every_category() -> None:
    counts = {name: len(rows) for name, rows in fields().items()}
    assert len(MARKET.providers) >= 60 and len(LISTINGS) >= 200
    assert set(counts) == set(PRICES) and min(counts.values()) >= 20
    assert {row["provider"] for row in LISTINGS} == {row["slug"] for row in MARKET.providers}


def test_addresses_are_unique() -> None:
    for rows in (LISTINGS, MARKET.providers):
        assert [slug for slug, n in Counter(row["slug"] for row in rows).items() if n > 1] == []


@pytest.mark.parametrize("name", ["title", "summary", "body"])
def test_everything_is_said_in_both_languages(name: str) -> None:
    short = {"title": (6, 14), "summary": (12, 30), "body": (95, 240)}[name]
    lacking = [row["slug"] for row in LISTINGS if len(row[name]["zh"]) < short[0] or len(row[name]["en"]) < short[1]]
    assert lacking == []


def test_english_is_english() -> None:
    mixed = [
        row["slug"]
        for row in LISTINGS
        for name in ("title", "summary", "body")
        if any("一" <= c <= "鿿" for c in row[name]["en"])
    ]
    assert mixed == []


@pytest.mark.parametrize("field", sorted(PRICES))
def test_prices_are_those_of_the_category(field: str) -> None:
    least, most = PRICES[field]
    odd = [
        (row["slug"], prices_of(row)) for row in fields()[field] if any(not least <= price <= most for price in prices_of(row))
    ]
    assert odd == []


def test_dearer_packages_give_more() -> None:
    for row in LISTINGS:
        prices = [package["price"] for package in row.get("packages", [])]
        assert prices == sorted(set(prices)), row["slug"]
        columns = list(zip(*(line["cells"] for line in row.get("scope", [])), strict=True))
        assert all(one != other for one, other in combinations(columns, 2)), row["slug"]


def test_longer_periods_cost_less_a_month() -> None:
    for row in LISTINGS:
        for edition in row.get("editions", []):
            monthly = [price / months for price, months in zip(edition["prices"], (1, 3, 6, 12), strict=True)]
            assert monthly == sorted(monthly, reverse=True), (row["slug"], edition)


def test_belts_fit_the_industries() -> None:
    odd = [(row["slug"], belt) for row in LISTINGS for belt in row["belts"] if BELTS[belt].industry not in row["industries"]]
    assert odd == []


def test_it_says_what_is_not_included() -> None:
    """Most of them, in words of their own; the others say for whom it is or how it ends."""
    said = [
        row
        for row in LISTINGS
        if any(words in row["body"]["zh"] for words in ("不包含", "不含", "不接", "不做", "不提供", "不讲", "不教", "不代"))
    ]
    assert len(said) >= 0.75 * len(LISTINGS)


def test_nobody_real_is_named() -> None:
    text = "\n".join(path.read_text("utf-8") for path in MARKET.folder.rglob("*.json"))
    assert [name for name in REAL if name in text] == []


def shingles(text: str, size: int) -> frozenset[str]:
    return frozenset(text[n : n + size] for n in range(len(text) - size + 1))


def near(rows: list[tuple[str, frozenset[str]]], limit: float) -> list[tuple[str, str, float]]:
    """Pairs that share more than `limit` of the smaller one."""
    found = [(one, other, len(a & b) / min(len(a), len(b))) for (one, a), (other, b) in combinations(rows, 2)]
    return [(one, other, round(share, 2)) for one, other, share in found if share > limit]


def test_no_two_listings_are_alike() -> None:
    chinese = [(row["slug"], shingles(row["body"]["zh"].replace("\n", ""), 6)) for row in LISTINGS]
    english = [(row["slug"], shingles(" ".join(row["body"]["en"].lower().split()), 24)) for row in LISTINGS]
    assert (near(chinese, 0.12), near(english, 0.12)) == ([], [])


def test_near_copies_would_be_found() -> None:
    row = LISTINGS[0]
    copy = row["body"]["zh"].replace("家具", "灯具")
    assert near([("one", shingles(row["body"]["zh"], 6)), ("two", shingles(copy, 6))], 0.12)
