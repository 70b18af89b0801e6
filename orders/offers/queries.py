"""Reading offers; each object has one door, and foreign and missing look the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from marketplace.kernel.errors import NotFound
from orders.offers.limits import DISCOUNTED, MOST_SENT, WINDOW
from orders.offers.models import Coupon, OfferRefusal
from orders.rooms.models import Conversation
from orders.service.models import ServiceOrder
from providers.listings.models import Listing, PublicListing


@dataclass(frozen=True)
class Known:
    """A merchant the provider has had a contract or a conversation with."""

    id: int
    name: str
    has_contract: bool


def access_coupon(*, organization_id: int, pk: int, locked: bool = False) -> Coupon:
    """The coupon, for one of its two parties. NotFound."""
    found = Coupon.objects.select_for_update() if locked else Coupon.objects.all()
    row = found.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).first()
    if row is None:
        raise NotFound(f"coupon {pk}")
    return row


def coupon_to_use(merchant_id: int, pk: int) -> Coupon | None:
    """The merchant's coupon, locked until the contract that uses it is signed: of two at once the second finds it used."""
    return Coupon.objects.select_for_update().filter(merchant_id=merchant_id, pk=pk).first()


def coupons_of_merchant(merchant_id: int) -> QuerySet[Coupon]:
    return Coupon.objects.filter(merchant_id=merchant_id).order_by("-id")


def coupons_of_provider(provider_id: int) -> QuerySet[Coupon]:
    return Coupon.objects.filter(provider_id=provider_id).order_by("-sent_at", "-id")


def good_coupon(merchant_id: int, listing_id: int, at: datetime) -> Coupon | None:
    """The newest coupon the merchant can order this service with now."""
    found = Coupon.objects.filter(merchant_id=merchant_id, listing_id=listing_id, state="sent", valid_until__gt=at)
    return found.order_by("-id").first()


def left_to_send(provider_id: int, at: datetime) -> int:
    """How many more coupons the provider may send now; needs its scope."""
    return max(0, MOST_SENT - Coupon.objects.filter(provider_id=provider_id, sent_at__gt=at - WINDOW).count())


def sent_to(provider_id: int, at: datetime) -> dict[int, int]:
    """How many coupons each merchant got from the provider lately; needs its scope."""
    recent = Coupon.objects.filter(provider_id=provider_id, sent_at__gt=at - WINDOW)
    return {row["merchant_id"]: row["n"] for row in recent.values("merchant_id").annotate(n=Count("pk"))}


def known_merchants(provider_id: int) -> list[Known]:
    """Merchants with a signed contract or a conversation, by name: two statements. Needs the provider's scope."""
    signed = ServiceOrder.objects.filter(provider_id=provider_id, signed_at__isnull=False)
    talked = Conversation.objects.filter(provider_id=provider_id)
    contracts = {row["merchant_id"]: row["name"] for row in signed.values("merchant_id").annotate(name=Max("merchant_name"))}
    talks = {row["merchant_id"]: row["name"] for row in talked.values("merchant_id").annotate(name=Max("merchant_name"))}
    rows = [Known(pk, name, pk in contracts) for pk, name in {**talks, **contracts}.items()]
    return sorted(rows, key=lambda each: (each.name, each.id))


def own_services(provider_id: int) -> list[PublicListing]:
    """The provider's public services whose price a coupon can lower. Needs its scope."""
    own = Listing.objects.filter(provider_id=provider_id).values("pk")  # the public table is everybody's, this one is not
    return list(PublicListing.objects.filter(listing_id__in=own, pricing_model__in=DISCOUNTED).order_by("title_zh", "pk"))


def still_offered(coupons: Iterable[Coupon]) -> set[int]:
    """Which of the coupons' services are in the market now: one statement."""
    ids = {each.listing_id for each in coupons}
    return set(PublicListing.objects.filter(listing_id__in=ids).values_list("listing_id", flat=True))


def refusals(merchant_id: int) -> list[OfferRefusal]:
    return list(OfferRefusal.objects.filter(merchant_id=merchant_id).order_by("provider_id"))


def refuses(merchant_id: int, provider_id: int) -> bool:
    """Whether the merchant takes no offers from this provider; needs the merchant's scope."""
    return OfferRefusal.objects.filter(merchant_id=merchant_id, provider_id__in=[0, provider_id]).exists()
