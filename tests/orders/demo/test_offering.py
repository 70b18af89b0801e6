"""The demo's offers: one was ordered with, one waits, and whatever is told again changes nothing."""

from pathlib import Path

import pytest

from marketplace.tenancy.scope import scope
from orders.offers.models import Coupon
from orders.service.models import ServiceOrder
from providers.demo.founding import organization_of
from tests.orders.demo.test_deals import folder, owner, tell, tell_all

__all__ = ["folder"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_coupon_of_the_shooting_is_used_at_its_price(folder: Path) -> None:
    tell(folder)
    for _ in range(2):
        tell_all(folder)
        merchant_id = organization_of(owner())
        with scope(merchant_id):
            coupons = {row.listing_slug: row for row in Coupon.objects.filter(merchant_id=merchant_id)}
            used = ServiceOrder.objects.get(merchant_id=merchant_id, pk=coupons["banshan-shoot"].order_id)
            assert Coupon.objects.filter(merchant_id=merchant_id).count() == len(coupons)
        assert used.total_minor == 4_800_00 * 85 // 100
        assert {slug: row.state for slug, row in coupons.items()} == {
            "banshan-shoot": "used", "banshan-motion": "sent", "qinghe-peak": "sent", "qinghe-furniture-after": "sent",
        }  # fmt: skip
