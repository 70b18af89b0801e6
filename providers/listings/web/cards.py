"""A version as the card merchants see in lists."""

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.files.queries import WIDTHS, image_url
from marketplace.ui import formats
from marketplace.ui.formats import language
from marketplace.ui.offers import Picture, Price, Seller, ServiceCard
from providers.listings.models import Listing, ListingVersion, PublicListing
from providers.listings.projection import public_row


def card_of(listing: Listing, version: ListingVersion, *, seller: str) -> ServiceCard:
    """The card of a version, published or not. It leads to the preview in the provider's own console."""
    row = public_row(listing, version)
    return ServiceCard(
        slug=listing.slug,
        title=row.title or _("Untitled"),
        url=reverse("desk_listings:preview", args=(listing.slug,)),
        seller=Seller(name=seller, is_verified=False),
        price=price_of(row),
        summary=row.summary,
        kind=version.category.name,
        icon=version.category.icon,
        cover=picture_of(row.images[0]) if row.images else None,
    )


def price_of(row: PublicListing) -> Price:
    """The least price with what it buys."""
    if row.from_minor is None:
        return Price()
    unit = row.offer.get("unit", {}).get(language(), "")
    several = sum(len(row.offer.get(name, ())) for name in ("packages", "editions", "sessions")) > 1
    return Price(formats.price(row.from_minor, row.currency), unit, is_least=several)


def picture_of(image: dict[str, object]) -> Picture:
    """A stored picture in all its widths."""
    key = str(image["key"])
    sources = ", ".join(f"{image_url(key, width)} {width}w" for width in WIDTHS)
    return Picture(
        image_url(key), sources, int(str(image["width"])), int(str(image["height"])), str(image.get(f"alt_{language()}") or "")
    )
