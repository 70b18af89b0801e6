"""The page of a listing: what it is, what it costs, what is included, who does it."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.ui.kit import Text
from marketplace.ui.offers import Seller
from providers.catalogue.lists import label
from providers.discovery.public import ListingPage, listing_page
from providers.discovery.web import jsonld
from providers.discovery.web.buttons import buttons
from providers.discovery.web.cards import (
    availability,
    facts_of,
    from_listing,
    named,
    picture,
    price_of,
    renewal,
    seller_of,
    trial_of,
)
from providers.discovery.web.doors import public
from providers.discovery.web.looking import viewed
from providers.discovery.web.offer import attributes_of, offer_of, terms_of
from providers.discovery.web.panels import listing_panels
from providers.listings.models import PricingModel, PublicListing
from providers.shortlists.queries import kept_in


@public
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Four statements, and those of the panels; one more for members who can keep it in a shortlist."""
    found, now = listing_page(slug), timezone.now()
    shown = found.listing
    seller = seller_of(found.provider, found.score)
    tone, words = availability(found.provider, found.score, timezone.localdate(now))
    trail = _trail(shown)
    context = {
        "listing": shown,
        "seller": seller,
        "provider": found.provider,
        "price": price_of(shown),
        "price_model": PricingModel(shown.pricing_model).label,
        "facts": facts_of(shown),
        "trial": trial_of(found.provider) if shown.category.deposit_minor else None,
        "free": {"tone": tone, "text": words},
        "renewal": renewal(found.score.renewal_rate if found.score else None),
        "pictures": _pictures(shown),
        "offer": offer_of(shown, now=now),
        "terms": terms_of(shown),
        "attributes": attributes_of(shown, found.attributes),
        "reach": _reach(shown),
        "others": [from_listing(each, Seller(name="")) for each in found.others],
        "trail": trail,
        "canonical": request.build_absolute_uri(request.path),
        "structured": jsonld.service(request, shown, found.provider, trail),
        "buttons": buttons(request, shown),
        "panels": listing_panels(request, shown),
        **_keeping(request, found),
    }
    viewed(request, shown)
    return TemplateResponse(request, "market/listing.html", context)


def _keeping(request: HttpRequest, found: ListingPage) -> dict[str, object]:
    may = Permission.SHORTLIST in getattr(request, "rights", ())
    organization = getattr(request, "organization", None)
    kept = len(kept_in(organization.pk, found.listing.pk)) if may and organization else 0
    return {"may_shortlist": may, "kept": kept}


def _trail(listing: PublicListing) -> list[tuple[Text, str]]:
    trail: list[tuple[Text, str]] = [(_("All services"), reverse("market:search"))]
    for category in (listing.category.parent, listing.category):
        if category is not None:
            trail.append((category.name, reverse("market:category", args=[category.slug])))
    return [*trail, (listing.title, "")]


def _pictures(listing: PublicListing) -> list[object]:
    return [picture(each["key"], alt=named(each, "alt"), width=each["width"], height=each["height"]) for each in listing.images]


def _reach(listing: PublicListing) -> list[tuple[Text, list[str]]]:
    """Where the service is at home, as far as it says."""
    known = (
        (_("Industrial belts"), listing.belts),
        (_("Platforms"), listing.platforms),
        (_("Industries"), listing.industries),
        (_("Languages"), listing.languages),
    )
    return [(text, [label(code) for code in codes]) for text, codes in known if codes]
