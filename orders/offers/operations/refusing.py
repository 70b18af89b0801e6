"""A merchant wants no offers: from one provider, or from anybody; or wants them again."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.offers.models import Coupon, OfferRefusal


def refuse_offers(*, merchant_id: int, provider_id: int, by: Actor, at: datetime) -> None:
    """No more offers from this provider (0: from anybody). What was sent stays good; twice is once. NotFound: it sent none."""
    with scope(merchant_id, durable=True):
        name = ""
        if provider_id:
            sent = Coupon.objects.filter(merchant_id=merchant_id, provider_id=provider_id).order_by("-id").first()
            if sent is None:
                raise NotFound(f"provider {provider_id}")
            name = sent.provider_name
        _row, is_new = OfferRefusal.objects.get_or_create(
            merchant_id=merchant_id, provider_id=provider_id, defaults={"provider_name": name, "created_at": at}
        )
        if is_new:
            record(merchant_id=merchant_id, by=by, action="orders.offer.refused", facts={"provider_id": provider_id})


def take_offers(*, merchant_id: int, provider_id: int, by: Actor, at: datetime) -> None:
    """Offers are welcome again."""
    with scope(merchant_id, durable=True):
        gone, _rows = OfferRefusal.objects.filter(merchant_id=merchant_id, provider_id=provider_id).delete()
        if gone:
            record(merchant_id=merchant_id, by=by, action="orders.offer.welcomed", facts={"provider_id": provider_id})
