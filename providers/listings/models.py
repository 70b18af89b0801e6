"""Listings, their versions, and what the public sees of them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel, TenantForeignKey
from marketplace.ui.formats import language
from providers.catalogue.models import Category
from providers.listings.states import ListingState, VersionState

NOW = Now()


class PricingModel(models.TextChoices):
    """How a service is paid for (B3)."""

    FIXED = "fixed", _("Fixed price")
    MILESTONE = "milestone", _("In milestones")
    RETAINER = "retainer", _("Monthly fee")
    RETAINER_COMMISSION = "retainer_commission", _("Monthly fee and commission")
    SEAT_SHIFT = "seat_shift", _("Per seat or shift")
    UNIT = "unit", _("Per unit")
    SUBSCRIPTION = "subscription", _("Subscription")
    METERED = "metered", _("By use")
    QUOTE = "quote", pgettext_lazy("price model", "On request")
    SESSION = "session", _("Per session")


def codes(label: Any) -> Any:
    """A list of codes of `providers.catalogue.lists`."""
    return ArrayField(models.CharField(max_length=40), verbose_name=label, default=list, blank=True)


class Described(models.Model):
    """What a version and its public copy have in common. Shapes of `offer`, `terms` and `images`: see `PublicListing`."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name=_("category"))
    title_zh = models.CharField(_("title in Chinese"), max_length=60, blank=True, db_default="")
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, db_default="")
    summary_zh = models.CharField(_("summary in Chinese"), max_length=160, blank=True, db_default="")
    summary_en = models.CharField(_("summary in English"), max_length=320, blank=True, db_default="")
    #: {attribute key: code | [codes] | whole number | truth}, see `CategoryAttribute`.
    attributes = models.JSONField(_("attributes"), db_default={}, default=dict)
    platforms = codes(_("platforms"))
    industries = codes(_("industries"))
    belts = codes(_("industrial belts"))
    languages = codes(_("languages"))
    pricing_model = models.CharField(_("price model"), max_length=20, choices=PricingModel, db_default=PricingModel.FIXED)
    currency = models.CharField(_("currency"), max_length=3, db_default="CNY")
    offer = models.JSONField(_("offer"), db_default={}, default=dict)
    terms = models.JSONField(_("service terms"), db_default={}, default=dict)
    images = models.JSONField(_("images"), db_default=[], default=list)

    class Meta:
        abstract = True

    def in_language(self, name: str) -> str:
        """`title`, `summary` … in the reader's language, else in the other one."""
        first, second = ("en", "zh") if language() == "en" else ("zh", "en")
        return getattr(self, f"{name}_{first}") or getattr(self, f"{name}_{second}")

    @property
    def title(self) -> str:
        return self.in_language("title")

    @property
    def summary(self) -> str:
        return self.in_language("summary")


class Listing(ProviderModel):
    """A service on offer. What it says is in its versions: at most one is open (draft or in review), at most one published.

    Titles and category are those of the newest version, kept here for lists.
    """

    slug = models.SlugField(_("address"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=ListingState, db_default=ListingState.DRAFT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name=_("category"))
    title_zh = models.CharField(_("title in Chinese"), max_length=60, blank=True, db_default="")
    title_en = models.CharField(_("title in English"), max_length=120, blank=True, db_default="")
    #: Where an archived listing came from, and goes back to when that is undone.
    archived_from = models.CharField(max_length=10, choices=ListingState, blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)
    #: First put before the public.
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "slug"], name="one_listing_per_slug"),
            models.CheckConstraint(condition=models.Q(state__in=ListingState.values), name="listing_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "archived"]) | models.Q(published_at__isnull=False),
                name="listing_published_at",
            ),
            models.CheckConstraint(
                condition=models.Q(state="archived", archived_from__in=["draft", "published", "paused"])
                | (~models.Q(state="archived") & models.Q(archived_from="")),
                name="listing_archived_from",
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "-updated_at"], name="listing_recent")]

    def __str__(self) -> str:
        return self.title or self.slug

    @property
    def title(self) -> str:
        """In the reader's language, else in the other one; empty while nothing was written."""
        first, second = (self.title_en, self.title_zh) if language() == "en" else (self.title_zh, self.title_en)
        return first or second


class ListingVersion(ProviderModel, Described):
    """One wording of a listing with its price. Handed in, it no longer changes; contracts pin the version bought.

    `revisions` counts the saves of each section: a save names the count it started from, so that two people who edit at once
    do not lose each other's work.
    """

    listing = TenantForeignKey(Listing, related_name="versions")
    number = models.IntegerField(_("version"))
    state = models.CharField(_("state"), max_length=20, choices=VersionState, db_default=VersionState.DRAFT)
    #: Markdown as written.
    body_zh = models.TextField(_("description in Chinese"), max_length=20_000, blank=True, db_default="")
    body_en = models.TextField(_("description in English"), max_length=40_000, blank=True, db_default="")
    revisions = models.JSONField(db_default={}, default=dict)
    #: What this version is a copy of: number of a version of the same listing, 0 for none.
    based_on = models.IntegerField(db_default=0)
    #: low or normal: how the last submission was judged (O2).
    risk = models.CharField(_("risk"), max_length=8, blank=True, db_default="")
    #: Reason codes and words of the decision.
    reasons = ArrayField(models.CharField(max_length=60), verbose_name=_("reasons"), default=list, blank=True)
    note = models.TextField(_("note of the reviewer"), blank=True, db_default="")
    updated_by = models.CharField(_("changed by"), max_length=80, blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)
    submitted_at = models.DateTimeField(_("handed in"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("version of a listing")
        verbose_name_plural = _("versions of listings")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "listing", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["provider_id", "listing"], condition=models.Q(state__in=["draft", "submitted"]), name="one_open_version"
            ),
            models.UniqueConstraint(
                fields=["provider_id", "listing"], condition=models.Q(state="published"), name="one_published_version"
            ),
            models.CheckConstraint(condition=models.Q(state__in=VersionState.values), name="version_state"),
            models.CheckConstraint(condition=models.Q(pricing_model__in=PricingModel.values), name="version_pricing_model"),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="version_currency"),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "discarded"]) | models.Q(submitted_at__isnull=False),
                name="version_submitted_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class PublicListing(Described):
    """What everybody may see of a published listing; the row is there while it is to be seen, and gone otherwise.

    Written by `projection.project` only. `title_*`, `summary_*`, `body_html_*` are filled in both languages (the missing one
    falls back to the other; `written_in` says which were written). The same holds for every `…_zh`/`…_en` pair in the JSON
    below, so a page prints `item["name_" + language]`. Amounts are minor units of `currency`; rates are in 1/10,000.
    Keys of packages, editions, extras and sessions are stable within a listing. Parts a price model has no use for are absent
    or empty: use `.get()`.

    offer = {
      "packages": [{"key": "basic", "name_zh", "name_en", "price_minor": 680000,      # 1–3 tiers, cheapest first; none for
                    "delivery_days": 14 | None, "revisions": 2 | None (no limit),     #   subscription, metered, quote, session
                    "min_quantity": 1}],
      "unit": {"code": "month", "zh": "月", "en": "month"},   # what one price_minor buys: project, month, seat_month, shift,
                                                              #   or a unit of one's own ("code": "own"); absent for quotes
      "min_months": 3 | None,                                 # retainers: shortest term
      "scope": [{"label_zh", "label_en", "cells": [True, False, 20, {"zh": "24 小时", "en": "24 hours"}]}],
                                                              # comparison rows; one cell per package (or per edition)
      "extras": [{"key": "x1", "name_zh", "name_en", "price_minor": 20000, "days": 2}],
      "milestones": [{"name_zh", "name_en", "share": 3000}],  # milestone: shares of the price, sum 10,000
      "commission": {"rate": 350, "baseline_minor": 20000000, "floor_minor": 0 | None, "cap_minor": 5000000 | None,
                     "excludes_returns": True},               # retainer_commission: base is the package's price; see fees.py
      "periods": [1, 3, 6, 12],                               # subscription: months
      "editions": [{"key": "pro", "name_zh", "name_en",
                    "prices": {"1": 29900, "12": 299000},     #   price of the whole period
                    "per_month": {"1": 29900, "12": 24917}}], #   rounded half up, for showing
      "metered": {"unit_zh", "unit_en", "base_minor": 0, "included": 1000, "per": 1000,
                  "tiers": [{"upto": 100000 | None, "price_minor": 500}],   # price of `per` units; the last has no end
                  "cap_minor": None},
      "sessions": [{"key": "s1", "starts_at": "2026-12-01T06:00:00+00:00", "minutes": 120, "seats": 30, "price_minor": 29900,
                    "place_zh", "place_en", "online": True}],
      "hint_zh", "hint_en": what a quote depends on           # quote
    }
    terms = {"lead_days": 3 | None, "trial_days": 14 | None, "response_hours": 4 | None, "notice_days": 30 | None,
             "hours_zh", "hours_en": "周一至周日 9:00–24:00",
             "free": [{"zh", "en"}], "paid": [{"name_zh", "name_en", "price_minor": 5000 | None, "unit_zh", "unit_en"}],
             "remote": [{"region_zh", "region_en", "fee_minor": 30000}],
             "cancellation_zh", "cancellation_en"}
    images = [{"key": "3f2a…", "width": 1600, "height": 900, "alt_zh", "alt_en"}]     # first is the cover;
                                                              # addresses: marketplace.files.queries.image_url(key, 400|800|1600)
    """

    listing_id = models.BigIntegerField(primary_key=True)
    provider_id = models.BigIntegerField(_("service provider"), db_index=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    version_id = models.BigIntegerField()
    version = models.IntegerField(_("version"))
    #: Sanitised HTML.
    body_html_zh = models.TextField(blank=True, db_default="")
    body_html_en = models.TextField(blank=True, db_default="")
    #: `zh`, `en`: what was written rather than taken from the other language.
    written_in = ArrayField(models.CharField(max_length=2), default=list)
    #: The least one pays, in minor units of `currency`, for one `offer.unit`; NULL for quotes.
    from_minor = models.BigIntegerField(_("from"), null=True)
    #: The same in CNY minor units at the catalogue's fixed rates, so that prices can be filtered and sorted together.
    from_cny_minor = models.BigIntegerField(null=True)
    #: Delivered within so many days at the soonest; NULL where it is a standing service.
    delivery_days = models.IntegerField(null=True)
    published_at = models.DateTimeField(_("published"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("public listing")
        verbose_name_plural = _("public listings")
        indexes = [models.Index(fields=["category", "-published_at"], name="public_listing_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def body_html(self) -> str:
        """Sanitised HTML in the reader's language."""
        return self.in_language("body_html")

    @property
    def cover(self) -> dict[str, Any] | None:
        """The first image."""
        return self.images[0] if self.images else None
