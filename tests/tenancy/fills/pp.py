"""A coupon somebody holds, and an order paid by two means."""

from datetime import UTC, datetime

from marketplace.tenancy.scope import scope
from orders.store.models import Buyer, Coupon, CouponHolding, OrderTender, ShopOrder
from tests import cast

AT = datetime(2026, 1, 1, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> None:
    name = merchant.slug.upper()
    with scope(merchant.id):
        coupon = Coupon.objects.create(
            merchant_id=merchant.id,
            shop=merchant.shop,
            code=f"{name}-COUPON",
            name=f"{name} coupon",
            face_amount=500,
            is_public=False,
            valid_from=AT,
            valid_to=datetime(2026, 2, 1, tzinfo=UTC),
        )
        buyer = Buyer.objects.filter(merchant_id=merchant.id).earliest("id")
        CouponHolding.objects.create(merchant_id=merchant.id, coupon=coupon, buyer=buyer)
        order = ShopOrder.objects.get(merchant_id=merchant.id, external_ref=f"{name}-1003")
        for position, (method, amount) in enumerate((("card", 2_000), ("wallet", 1_000)), 1):
            OrderTender.objects.create(
                merchant_id=merchant.id, order=order, position=position, method=method, captured_amount=amount
            )
