"""What a listing would have cost on a merchant's own orders: exact, by month, and of nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.tenancy.scope import scope
from orders.service.queries import replay
from orders.store.models import ShopOrder
from providers.listings.fees import month_fee
from providers.listings.models import PublicListing
from tests import cast
from tests.providers.listings.stories import AT, COMPLETE, public, published

COMMISSION: dict[str, Any] = {
    "rate": 350, "baseline_minor": 100_000, "floor_minor": 1_000, "cap_minor": 20_000, "excludes_returns": True,
}  # fmt: skip


def fee(sales: int, returned: int = 0, **changes: Any) -> tuple[int, int, str]:
    found = month_fee(base_minor=50_000, commission={**COMMISSION, **changes}, sales_minor=sales, returned_minor=returned)
    return found.commission, found.total, found.bound


@pytest.mark.parametrize(
    ("sales", "returned", "expected"),
    [
        (0, 0, (1_000, 51_000, "floor")),
        (100_000, 0, (1_000, 51_000, "floor")),
        (300_000, 0, (7_000, 57_000, "")),
        (300_000, 100_000, (3_500, 53_500, "")),
        (300_001, 0, (7_000, 57_000, "")),
        (300_029, 0, (7_001, 57_001, "")),
        (10_000_000, 0, (20_000, 70_000, "cap")),
        (50_000, 90_000, (1_000, 51_000, "floor")),
    ],
)
def test_a_month_costs_base_and_a_bounded_share(sales: int, returned: int, expected: tuple[int, int, str]) -> None:
    assert fee(sales, returned) == expected


def test_returns_count_only_where_the_offer_takes_them_off() -> None:
    assert fee(300_000, 100_000, excludes_returns=False)[0] == 7_000


def test_without_bounds_the_share_stands() -> None:
    assert fee(0, floor_minor=None) == (0, 50_000, "")
    assert fee(10_000_000, cap_minor=None) == (346_500, 396_500, "")


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.integers(0, 10_000))
def test_more_sales_never_cost_less_and_bounds_always_hold(sales: int, returned: int, rate: int) -> None:
    one, more = fee(sales, returned, rate=rate)[0], fee(sales + 12_345, returned, rate=rate)[0]
    assert 1_000 <= one <= more <= 20_000


@pytest.fixture
def listing(transactional_db: None) -> PublicListing:
    offer = {**COMPLETE["offer"], "commission": COMMISSION}
    found = public(published(cast.studio(), pricing_model="retainer_commission", offer=offer, currency="GBP"))
    assert found is not None
    return found


def order(merchant: cast.Merchant, ref: str, days_ago: float, captured: int, **facts: Any) -> None:
    with scope(merchant.id):
        placed = AT - timedelta(days=days_ago)
        ShopOrder.objects.create(
            merchant_id=merchant.id, shop=merchant.shop, external_ref=ref, placed_at=placed, captured_amount=captured,
            **{"currency": "GBP", "paid_at": placed, **facts},
        )  # fmt: skip


def asked(merchant: cast.Merchant, listing: PublicListing, package: str = "basic") -> Any:
    with scope(merchant.id):
        return replay(merchant_id=merchant.id, listing=listing, package=package, shop_id=None, as_of=AT)


def test_every_order_falls_into_one_month_and_only_what_counts_is_counted(listing: PublicListing) -> None:
    acme = cast.acme()
    order(acme, "newest", 0.001, 300_500, shipping_amount=500)
    order(acme, "edge of the first and second", 30, 200_000)
    order(acme, "just inside", 89.999, 150_000, refunded_amount=999_999)
    order(acme, "too old", 90.001, 1_000_000)
    order(acme, "at the moment itself", 0, 1_000_000)
    order(acme, "not paid", 5, 1_000_000, paid_at=None)
    order(acme, "cancelled", 5, 1_000_000, status="cancelled")
    order(acme, "another currency", 5, 1_000_000, currency="EUR")
    order(cast.other(), "somebody else's", 5, 1_000_000)
    found = asked(acme, listing)
    assert [(m.orders, m.sales, m.returned, m.fee.commission) for m in found.months] == [
        (1, 150_000, 150_000, 1_000), (0, 0, 0, 1_000), (2, 500_000, 0, 14_000),
    ]  # fmt: skip
    assert (found.total, found.counted) == (3 * 680_000 + 16_000, 500_000)
    assert sum(month.fee.total for month in found.months) == found.total


def test_an_unknown_package_or_a_listing_without_commission_has_no_answer(listing: PublicListing) -> None:
    acme = cast.acme()
    with pytest.raises(LookupError):
        asked(acme, listing, "golden")
    listing.offer.pop("commission")
    with pytest.raises(LookupError):
        asked(acme, listing)


def test_the_page_shows_the_sum_and_refuses_what_is_not_public(listing: PublicListing) -> None:
    acme = cast.acme()
    client = Client(headers={"accept-language": "en"})
    client.force_login(acme.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert b"No paid orders" in client.get("/services/cost/", {"listing": listing.slug}).content
    with scope(acme.id):
        now = timezone.now() - timedelta(days=3)
        ShopOrder.objects.create(
            merchant_id=acme.id,
            shop=acme.shop,
            external_ref="1",
            currency="GBP",
            placed_at=now,
            paid_at=now,
            captured_amount=300_000,
        )
    page = client.get("/services/cost/", {"listing": listing.slug, "package": "basic"})
    assert "£20,490.00" in page.content.decode()  # 3 × £6,800 + £70 + 2 × £10
    assert client.get("/services/cost/", {"listing": listing.slug, "package": "golden"}).status_code == 422
    assert client.get("/services/cost/", {"listing": "no-such-listing"}).status_code == 404
    assert b"Choose a listing" in client.get("/services/cost/").content
