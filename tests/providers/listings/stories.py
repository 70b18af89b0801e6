"""Short ways to say what happened: a verified provider, a complete listing, a decision."""

from datetime import UTC, datetime
from typing import Any

from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.listings import operations
from providers.listings.models import Listing, ListingVersion, PublicListing
from providers.moderation.models import Review
from providers.moderation.operations import decide
from providers.onboarding.models import Application, Qualification
from tests import cast

AT = datetime(2026, 3, 6, 12, tzinfo=UTC)
CATEGORY = "store-operation"
BODY = "We take over daily work on the shop: products, campaigns, advertising, service scripts and a weekly report. " * 2
COMPLETE: dict[str, Any] = {
    "title_zh": "天猫店铺整店代运营",
    "title_en": "Full operation of a Tmall shop",
    "summary_zh": "一个五人团队负责上新、活动与投放。",
    "summary_en": "A team of five looks after products, campaigns and advertising.",
    "body_zh": "我们接手店铺的日常运营：上新、活动报名、付费投放、客服话术与每周复盘。" * 3,
    "body_en": BODY,
    "attributes": {"shop_stage": ["start", "grow"], "team_size": 5, "scope": "full"},
    "platforms": ["tmall"],
    "industries": ["furniture"],
    "belts": ["foshan_furniture"],
    "languages": ["mandarin"],
    "pricing_model": "retainer",
    "currency": "CNY",
    "offer": {
        "unit": {"code": "month", "zh": "月", "en": "month"},
        "packages": [
            {"key": "basic", "name_zh": "基础版", "name_en": "Basic", "price_minor": 680_000, "revisions": None},
            {"key": "plus", "name_zh": "进阶版", "name_en": "Plus", "price_minor": 1_280_000, "delivery_days": 14},
        ],
        "scope": [{"label_zh": "每月上新", "label_en": "New products a month", "cells": [20, 50]}],
    },
    "terms": {"lead_days": 3, "cancellation_zh": "提前 30 天书面通知。", "cancellation_en": "30 days' written notice."},
    "images": [],
}


def verify(provider: cast.Provider, *categories: str) -> None:
    """As if staff had verified the company and its categories."""
    with scope(provider.id):
        Application.objects.update_or_create(
            provider_id=provider.id, defaults={"state": "verified", "verified_at": AT, "company_name": provider.slug}
        )
        for category in categories or (CATEGORY,):
            Qualification.objects.update_or_create(
                provider_id=provider.id, category=category, defaults={"state": "approved", "approved_at": AT}
            )


def started(provider: cast.Provider, category: str = CATEGORY, **content: Any) -> Listing:
    """A draft with everything a listing needs."""
    by = person(provider.owner.pk)
    listing = operations.start_listing(
        provider_id=provider.id, category=Category.objects.get(slug=category), title_en="New", by=by, at=AT
    )
    write(provider, listing, **{**COMPLETE, **content})
    return listing


def write(provider: cast.Provider, listing: Listing, **content: Any) -> None:
    operations.write_listing(provider_id=provider.id, listing_id=listing.pk, content=content, by=person(provider.owner.pk), at=AT)


def act(provider: cast.Provider, listing: Listing, name: str, at: datetime = AT) -> Any:
    """`submit`, `withdraw`, `pause` … by the provider's owner."""
    function = {"discard": operations.discard_draft}.get(name) or getattr(operations, f"{name}_listing")
    return function(provider_id=provider.id, listing_id=listing.pk, by=person(provider.owner.pk), at=at)


def judge(provider: cast.Provider, verdict: str, *reasons: str, note: str = "") -> None:
    """Staff decide what waits longest of the provider's listings."""
    with scope(provider.id):
        review = Review.objects.filter(provider_id=provider.id, kind="listing", state__in=["waiting", "sampled"]).earliest("id")
    decide(
        provider_id=provider.id, review_id=review.pk, verdict=verdict, reasons=reasons, note=note,
        by=person(ensure_user(email="staff@market.example", password=cast.PASSWORD).pk), at=AT,
    )  # fmt: skip


def published(provider: cast.Provider, **content: Any) -> Listing:
    """Verified, written, handed in and approved."""
    verify(provider)
    listing = started(provider, **content)
    act(provider, listing, "submit")
    judge(provider, "approved")
    return listing


def versions(listing: Listing) -> list[tuple[int, str]]:
    with scope(listing.provider_id):
        rows = ListingVersion.objects.filter(provider_id=listing.provider_id, listing_id=listing.pk).order_by("number")
        return [(version.number, version.state) for version in rows]


def version(listing: Listing, number: int) -> ListingVersion:
    with scope(listing.provider_id):
        return ListingVersion.objects.select_related("category__parent").get(
            provider_id=listing.provider_id, listing_id=listing.pk, number=number
        )


def state(listing: Listing) -> str:
    with scope(listing.provider_id):
        return Listing.objects.get(provider_id=listing.provider_id, pk=listing.pk).state


def public(listing: Listing) -> PublicListing | None:
    return PublicListing.objects.filter(pk=listing.pk).first()
