"""What is known about buyers and their links. Needs the merchant's scope; every query names the merchant."""

from django.db.models import Count, Max, Q, QuerySet

from aftersales.buyers.links import Link
from aftersales.buyers.models import LinkUse
from marketplace.kernel.errors import NotFound
from orders.store.contacts import lookup_hashes
from orders.store.models import Buyer, ShopOrder

#: Sorts behind every character people use.
LAST = "\U0010ffff"


def use_of(link: Link) -> LinkUse | None:
    """When and for what this link was used, if it was."""
    return LinkUse.objects.filter(merchant_id=link.merchant_id, digest=link.digest).first()


def buyers(merchant_id: int) -> QuerySet[Buyer]:
    """The merchant's buyers with their shop, newest first."""
    return Buyer.objects.filter(merchant_id=merchant_id).select_related("shop").order_by("-id")


def found_buyers(merchant_id: int, text: str) -> QuerySet[Buyer]:
    """Buyers whose customer number begins with a text, or whose whole e-mail address or phone number it is."""
    known = lookup_hashes(text, merchant_id=merchant_id)
    begins = Q(external_ref__gte=text, external_ref__lt=text + LAST)
    return buyers(merchant_id).filter(begins | Q(contact_hash__in=known) | Q(phone_hash__in=known))


def access_buyer(*, merchant_id: int, pk: int) -> Buyer:
    """One buyer of the merchant. Raises NotFound for foreign and missing alike."""
    found = buyers(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such buyer.")
    return found


def orders_of(merchant_id: int, buyer_ids: list[int]) -> dict[int, tuple[int, object]]:
    """Per buyer how many orders and when the last one was placed."""
    rows = (
        ShopOrder.objects.filter(merchant_id=merchant_id, buyer_id__in=buyer_ids)
        .values("buyer_id")
        .annotate(orders=Count("id"), newest=Max("placed_at"))
        .values_list("buyer_id", "orders", "newest")
    )
    return {buyer: (count, newest) for buyer, count, newest in rows}
