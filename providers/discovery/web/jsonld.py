"""What search engines read: schema.org descriptions of public pages, from the same rows as the pages."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from marketplace.files.queries import image_url
from marketplace.ui import formats
from marketplace.ui.kit import Text
from providers.catalogue.lists import label
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider

Data = dict[str, Any]
LANGUAGES = {"zh": "zh-Hans", "en": "en"}


def _graph(*nodes: Data) -> Data:
    return {"@context": "https://schema.org", "@graph": list(nodes)}


def website(request: HttpRequest) -> Data:
    """The market itself, and how to search it."""
    home = request.build_absolute_uri(reverse("market:home"))
    target = request.build_absolute_uri(reverse("market:search")) + "?q={search_term_string}"
    action = {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}
    return _graph({"@type": "WebSite", "name": "商伴 Shangban", "url": home, "potentialAction": action})


def crumbs(request: HttpRequest, pairs: Sequence[tuple[Text, str]]) -> Data:
    items = [
        {"@type": "ListItem", "position": place, "name": str(name), **({"item": request.build_absolute_uri(url)} if url else {})}
        for place, (name, url) in enumerate(pairs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def organization(request: HttpRequest, provider: PublicProvider) -> Data:
    found: Data = {
        "@type": "Organization",
        "name": provider.text("name", formats.language()),
        "url": request.build_absolute_uri(reverse("market:provider", args=[provider.slug])),
        "description": provider.text("headline", formats.language()),
    }
    if provider.logo_key:
        found["logo"] = request.build_absolute_uri(image_url(provider.logo_key, 400))
    if provider.founded_year:
        found["foundingDate"] = str(provider.founded_year)
    if provider.team_size:
        found["numberOfEmployees"] = {"@type": "QuantitativeValue", "value": provider.team_size}
    return found


def service(
    request: HttpRequest, listing: PublicListing, provider: PublicProvider | None, trail: Sequence[tuple[Text, str]]
) -> Data:
    """A listing with its offers."""
    found: Data = {
        "@type": "Service",
        "name": listing.title,
        "description": listing.summary,
        "url": request.build_absolute_uri(reverse("market:listing", args=[listing.slug])),
        "serviceType": listing.category.name,
        "inLanguage": LANGUAGES[formats.language()],
        "areaServed": [label(code) for code in listing.belts],
        "offers": list(_offers(listing)),
    }
    if listing.cover:
        found["image"] = request.build_absolute_uri(image_url(listing.cover["key"], 1600))
    if provider is not None:
        found["provider"] = organization(request, provider)
    return _graph({key: value for key, value in found.items() if value}, crumbs(request, trail))


def _offers(listing: PublicListing) -> Iterable[Data]:
    code = formats.language()
    for package in listing.offer.get("packages", ()):
        yield _offer(package[f"name_{code}"], package["price_minor"], listing.currency)
    for edition in listing.offer.get("editions", ()):
        for months, amount in edition["prices"].items():
            yield _offer(f"{edition[f'name_{code}']} · {months}", amount, listing.currency)
    for session in listing.offer.get("sessions", ()):
        yield _offer(session["starts_at"], session["price_minor"], listing.currency)


def _offer(name: str, amount: int, currency: str) -> Data:
    value: Decimal = formats.minor_to_decimal(amount, currency)
    return {"@type": "Offer", "name": name, "price": str(value), "priceCurrency": currency}


def provider_page(request: HttpRequest, provider: PublicProvider, trail: Sequence[tuple[Text, str]]) -> Data:
    return _graph(organization(request, provider), crumbs(request, trail))
