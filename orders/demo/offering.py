"""Targeted offers of the demo: coupons sent, ordered with, withdrawn, and refused."""

from typing import TYPE_CHECKING

from marketplace.tenancy.scope import scope
from orders.demo.acts import Act, Step
from orders.offers import operations
from orders.offers.models import Coupon, OfferRefusal
from orders.service.operations import buy_package
from orders.service.operations.buying import Choice

if TYPE_CHECKING:
    from orders.demo.telling import Deal


def _coupons(deal: "Deal") -> list[Coupon]:
    """Those for the deal's service, the newest first."""
    with scope(deal.merchant.id):
        found = Coupon.objects.filter(merchant_id=deal.merchant.id, listing_id=deal.listing.listing_id)
        return list(found.order_by("-pk"))


def _send(deal: "Deal", step: Step) -> None:
    """`value` is in 1/10,000, or in minor units."""
    offer = operations.Offer(
        deal.listing.listing_id, step["kind"], step["value"], step["good_days"], step.get("package", ""), step.get("note", "")
    )
    operations.send_offers(
        provider_id=deal.provider.id, offer=offer, merchant_ids=[deal.merchant.id], by=deal.provider.by, at=deal.moment(step)
    )


def _order_with_coupon(deal: "Deal", step: Step) -> None:
    choice = Choice(package=deal.row["package"], coupon=_coupons(deal)[0].pk)
    buy_package(
        merchant_id=deal.merchant.id, listing_id=deal.listing.listing_id, choice=choice, by=deal.merchant.by, at=deal.moment(step)
    )


def _withdraw(deal: "Deal", step: Step) -> None:
    operations.withdraw_offer(
        provider_id=deal.provider.id, coupon_id=_coupons(deal)[0].pk, by=deal.provider.by, at=deal.moment(step)
    )


def _refuse(deal: "Deal", step: Step) -> None:
    operations.refuse_offers(
        merchant_id=deal.merchant.id, provider_id=deal.provider.id, by=deal.merchant.by, at=deal.moment(step)
    )


def _is_refused(deal: "Deal") -> bool:
    with scope(deal.merchant.id):
        return OfferRefusal.objects.filter(merchant_id=deal.merchant.id, provider_id=deal.provider.id).exists()


ACTS: dict[str, Act] = {
    "send_offer": Act(lambda deal, n, _step: len(_coupons(deal)) > n, _send),
    "order_with_coupon": Act(lambda deal, _n, _step: deal.order() is not None, _order_with_coupon),
    "withdraw_offer": Act(lambda deal, _n, _step: _coupons(deal)[0].state == Coupon.State.WITHDRAWN, _withdraw),
    "refuse_offers": Act(lambda deal, _n, _step: _is_refused(deal), _refuse),
}
