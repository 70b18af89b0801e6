"""A row in every table of listings."""

from datetime import UTC, datetime
from typing import Any

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.listings.models import Listing, ListingVersion
from providers.listings.projection import project
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(provider: cast.Provider) -> dict[str, Any]:
    """A published listing with its public row."""
    category = Category.objects.get(slug="store-operation")
    own = {"provider_id": provider.id, "category": category, "title_en": f"{provider.slug} runs shops"}
    with scope(provider.id):
        listing = Listing.objects.create(**own, slug=f"{provider.slug}-shops", state="published", published_at=NOW)
        offer = {"packages": [{"key": "basic", "name_en": provider.slug, "price_minor": 680_000, "min_quantity": 1}]}
        ListingVersion.objects.create(
            **own, listing=listing, number=1, state="published", offer=offer, submitted_at=NOW, published_at=NOW
        )
        project(provider_id=provider.id, listing_ids=[listing.pk])
    return {"listing": listing.pk, "listing_slug": listing.slug}
