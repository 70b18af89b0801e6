"""A provider with services on the market, written where publishing writes them and indexed as publishing does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.discovery.operations import index_listings
from providers.listings.models import PublicListing
from providers.listings.prices import delivery_days, least_price, with_month_prices
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore
from tests import cast

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PACKAGES = {
    "packages": [
        {"key": "basic", "name_zh": "基础", "name_en": "Basic", "price_minor": 680_000, "delivery_days": 7, "revisions": 1},
        {"key": "plus", "name_zh": "进阶", "name_en": "Plus", "price_minor": 1_280_000, "delivery_days": 14, "revisions": None},
    ],
    "unit": {"code": "month", "zh": "月", "en": "month"},
    "min_months": 3,
    "scope": [
        {"label_zh": "每日巡店", "label_en": "Daily look at the shop", "cells": [True, True]},
        {"label_zh": "每月活动", "label_en": "Campaigns a month", "cells": [2, 6]},
        {"label_zh": "响应", "label_en": "Answers", "cells": [{"zh": "工作日", "en": "Working days"}, False]},
    ],
    "extras": [{"key": "x1", "name_zh": "首图精修", "name_en": "Retouched first picture", "price_minor": 20_000, "days": 2}],
    "commission": {
        "rate": 350, "baseline_minor": 20_000_000, "floor_minor": None, "cap_minor": 5_000_000, "excludes_returns": True,
    },
}  # fmt: skip
EDITIONS = {
    "periods": [1, 12],
    "editions": [
        {"key": "team", "name_zh": "团队版", "name_en": "Team", "prices": {"1": 29_900, "12": 299_000}},
        {"key": "pro", "name_zh": "专业版", "name_en": "Professional", "prices": {"1": 59_900, "12": 599_000}},
    ],
    "scope": [{"label_zh": "店铺数", "label_en": "Shops", "cells": [3, 20]}],
}
TERMS = {
    "lead_days": 3, "trial_days": 14, "response_hours": 4, "notice_days": 30, "hours_zh": "周一至周日 9:00–24:00",
    "hours_en": "Every day 9:00–24:00", "free": [{"zh": "开店诊断", "en": "First review"}],
    "paid": [{"name_zh": "上门拍摄", "name_en": "Filming on site", "price_minor": 300_000, "unit_zh": "天", "unit_en": "day"}],
    "remote": [{"region_zh": "新疆、西藏", "region_en": "Xinjiang and Tibet", "fee_minor": 80_000}],
    "cancellation_zh": "提前三十天告知。", "cancellation_en": "With thirty days' notice.",
}  # fmt: skip


def open_stall(provider: cast.Provider, **changed: Any) -> PublicProvider:
    """The provider as everybody sees it, with a score; `changed` are other values of the row."""
    values = {
        "slug": provider.slug,
        "name_zh": f"{provider.slug} 商务",
        "name_en": f"{provider.slug} partners",
        "headline_zh": "专做家具店的运营",
        "headline_en": "Furniture shops, run well",
        "platforms": ["jd", "tmall"],
        "belts": ["foshan_furniture"],
        "verified_at": NOW,
        "published_at": NOW,
        "document": {"about_zh": "我们做家具。", "about_en": "We do furniture.", "team": [], "certificates": [], "cases": []},
        **changed,
    }
    parts = {"on_time": {"n": 40, "good": 38, "share": 9500, "weight": 30, "points": 2850}}
    with scope(provider.id):
        PublicScore.objects.create(
            provider_id=provider.id, level=3, score=8640, n=42, renewal_rate=8400, renewal_n=25, parts=parts, changed_at=NOW
        )
        return PublicProvider.objects.create(provider_id=provider.id, **values)


def offer_listing(
    provider: cast.Provider, number: int = 1, *, category: str = "store-operation", **changed: Any
) -> PublicListing:
    """A published service. Its id is `provider.id * 1000 + number`."""
    model, offer = changed.pop("pricing_model", "retainer_commission"), changed.pop("offer", PACKAGES)
    values: dict[str, Any] = {
        "slug": f"{provider.slug}-{number}",
        "title_zh": f"家具店铺代运营 {number}",
        "title_en": f"Furniture shop operation {number}",
        "summary_zh": "上新、活动、投放，一起对结果负责。",
        "summary_en": "Products, campaigns and advertising, with a share in the result.",
        "body_html_zh": "<p>我们先诊断，再接手。</p>",
        "body_html_en": "<p>We look first, then take over.</p>",
        "attributes": {"scope": "full", "team_size": 4},
        "platforms": ["jd"],
        "industries": ["furniture"],
        "belts": ["foshan_furniture"],
        "languages": ["mandarin"],
        "terms": TERMS,
        "published_at": NOW + timedelta(minutes=number),
        "updated_at": NOW,
        **changed,
    }
    least = least_price(model, offer)
    with scope(provider.id):
        made = PublicListing.objects.create(
            listing_id=provider.id * 1000 + number,
            provider_id=provider.id,
            version_id=number,
            version=1,
            category=Category.objects.get(slug=category),
            pricing_model=model,
            offer=with_month_prices(offer),
            from_minor=least,
            from_cny_minor=least,
            delivery_days=delivery_days(offer),
            **values,
        )
        index_listings([made.pk])
    return made
