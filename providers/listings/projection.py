"""Publishing: what the public sees of a provider's listings, written inside the transaction that changes it.

on_projected(callback)      # from AppConfig.ready(); callback(listing_ids) in the same scope and transaction
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplace.ui.richtext import markdown_html
from providers.catalogue.rates import cny_minor
from providers.listings.models import Listing, ListingVersion, PublicListing
from providers.listings.prices import delivery_days, least_price, relevant, with_month_prices

Callback = Callable[[Sequence[int]], None]
#: Whether a provider's listings of a category (its slug) may be seen; asked once per category and projection.
Condition = Callable[[int, str], bool]
_callbacks: list[Callback] = []
_conditions: list[Condition] = []
COPIED = (
    "category_id", "title_zh", "title_en", "summary_zh", "summary_en", "attributes",
    "platforms", "industries", "belts", "languages", "pricing_model", "currency",
)  # fmt: skip


def on_projected(callback: Callback) -> None:
    """Call `callback(listing_ids)` whenever public rows were added, changed or removed. Registering twice changes nothing."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def shown_if(condition: Condition) -> None:
    """Show listings only while every condition holds for their provider and category."""
    if condition not in _conditions:
        _conditions.append(condition)


def project(*, provider_id: int, listing_ids: Iterable[int] | None = None) -> list[int]:
    """Bring the public rows of these listings (None: all of the provider's) in line with their published versions.

    Inside the caller's scope and transaction. Returns the listings looked at.
    """
    wanted = Listing.objects.filter(provider_id=provider_id)
    if listing_ids is not None:
        wanted = wanted.filter(pk__in=list(listing_ids))
    listings = {listing.pk: listing for listing in wanted}
    versions = ListingVersion.objects.filter(
        provider_id=provider_id, listing_id__in=[pk for pk, listing in listings.items() if listing.state == "published"],
        state="published",
    ).select_related("category")  # fmt: skip
    shown = {slug: _is_shown(provider_id, slug) for slug in {version.category.slug for version in versions}}
    rows = [public_row(listings[v.listing_id], v) for v in versions if shown[v.category.slug]]
    _write(rows)
    gone = set(listings) - {row.listing_id for row in rows}
    PublicListing.objects.filter(provider_id=provider_id, listing_id__in=gone).delete()
    ids = sorted(listings)
    if ids:
        for callback in _callbacks:
            callback(ids)
    return ids


def _is_shown(provider_id: int, category: str) -> bool:
    return all(condition(provider_id, category) for condition in _conditions)


def reproject(provider_id: int, at: datetime) -> None:
    """What moderation and onboarding call when a provider's standing or papers change."""
    project(provider_id=provider_id)


def _write(rows: list[PublicListing]) -> None:
    names = [field.attname for field in PublicListing._meta.concrete_fields if not field.primary_key]
    fields = [name.removesuffix("_id") if name == "category_id" else name for name in names]
    PublicListing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["listing_id"], update_fields=fields)


def public_row(listing: Listing, version: ListingVersion) -> PublicListing:
    """The public copy of a version, also for previews: nothing is stored."""
    offer = relevant(version.pricing_model, version.offer)
    row = PublicListing(
        listing_id=listing.pk,
        provider_id=listing.provider_id,
        slug=listing.slug,
        version_id=version.pk,
        version=version.number,
        body_html_zh=markdown_html(version.body_zh),
        body_html_en=markdown_html(version.body_en),
        offer=with_month_prices(in_both_languages(offer)),
        terms=in_both_languages(version.terms),
        images=in_both_languages(version.images),
        published_at=listing.published_at or version.updated_at,
        updated_at=version.published_at or version.updated_at,
        written_in=[code for code in ("zh", "en") if getattr(version, f"title_{code}")],
        **{name: getattr(version, name) for name in COPIED},
    )
    _fill_languages(row)
    row.from_minor = least_price(version.pricing_model, offer)
    row.from_cny_minor = None if row.from_minor is None else cny_minor(row.from_minor, row.currency)
    row.delivery_days = delivery_days(offer)
    return row


def _fill_languages(row: PublicListing) -> None:
    for name in ("title", "summary", "body_html"):
        zh, en = getattr(row, f"{name}_zh"), getattr(row, f"{name}_en")
        # A title taken from the other language may be longer than its own column allows.
        for attribute, value in ((f"{name}_zh", zh or en), (f"{name}_en", en or zh)):
            limit = PublicListing._meta.get_field(attribute).max_length  # type: ignore[union-attr]
            setattr(row, attribute, value if limit is None else value[:limit])


def in_both_languages(value: Any) -> Any:
    """A JSON value in which the empty half of every `…_zh`/`…_en` (or `zh`/`en`) pair is filled from the other."""
    if isinstance(value, list):
        return [in_both_languages(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    filled = {key: in_both_languages(item) for key, item in value.items()}
    for key in list(filled):
        if key in ("zh", "en") or key.endswith(("_zh", "_en")):
            other = key[:-2] + ("en" if key.endswith("zh") else "zh")
            filled[key] = filled[key] or filled.get(other, "")
            filled.setdefault(other, filled[key])
            filled[other] = filled[other] or filled[key]
    return filled
