"""A listing's way before the public: begun, written, pictured, handed in, decided.

Goes on wherever an earlier start was killed.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from marketplace.files.operations import image_path, store_image
from marketplace.files.queries import WIDTHS, Image
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.catalogue.queries import attributes_of
from providers.demo.calendar import PUBLISHED, Calendar
from providers.demo.deciding import approve, rule_on
from providers.demo.files import Row
from providers.demo.offers import content_of
from providers.demo.pictures import cover
from providers.listings.models import Listing, ListingVersion
from providers.listings.operations import (
    add_image,
    publish_listing,
    start_listing,
    submit_listing,
    withdraw_listing,
    write_listing,
)
from providers.listings.sections import SECTIONS, clean_section

WRITING = timedelta(hours=3)


@dataclass(frozen=True)
class Shelf:
    """One provider's listings. `by` writes, `staff` decides; `holds` says which stay at an earlier step: slug → what happens."""

    provider_id: int
    by: Actor
    staff: Actor
    calendar: Calendar
    joined: datetime
    holds: Mapping[str, Row]

    def put_out(self, rows: list[Row]) -> int:
        """Bring every listing as far as the story says; how many changed."""
        with scope(self.provider_id):
            listings = {listing.slug: listing for listing in Listing.objects.filter(provider_id=self.provider_id)}
            versions = list(
                ListingVersion.objects.filter(provider_id=self.provider_id).select_related("category").order_by("-number")
            )
        of = {pk: [version for version in versions if version.listing_id == pk] for pk in {v.listing_id for v in versions}}
        due = [row for row in rows if self._is_due(row, of.get(getattr(listings.get(row["slug"]), "pk", 0), []))]
        with ThreadPoolExecutor(2) as pool:  # drawing and encoding run beside the database
            drawn = {row["slug"]: pool.submit(_draw, _field(row["category"]), row["slug"]) for row in due}
            for row in due:
                listing = listings.get(row["slug"])
                self._put_out(row, listing, of[listing.pk] if listing else [], drawn[row["slug"]])
        return len(due)

    def _is_due(self, row: Row, known: list[ListingVersion]) -> bool:
        """Whether something is missing between the file and what is public, or where the story stops before that."""
        if known and known[0].state == self.holds.get(row["slug"], {}).get("state"):
            return False
        live = next((version for version in known if version.state == "published"), None)
        return live is None or not says(live, self._content(row)) or not _pictures_lie_there(live)

    def _content(self, row: Row) -> dict[str, Any]:
        return content_of(row, category_named(row["category"]), self.calendar)

    def _put_out(self, row: Row, listing: Listing | None, known: list[ListingVersion], drawn: "Future[Image]") -> None:
        content = self._content(row)
        is_live = any(version.state == "published" for version in known)
        at = self.calendar.start if is_live else self.calendar.written(row["slug"], self.joined)
        if listing is None:
            listing = start_listing(
                provider_id=self.provider_id, category=content["category"], title_zh=content["title_zh"],
                title_en=content["title_en"], slug=row["slug"], by=self.by, at=at,
            )  # fmt: skip
            known = self._versions(listing)
        if known[0].state == "submitted" and not says(known[0], content):  # something else waits: the file comes first
            withdraw_listing(provider_id=self.provider_id, listing_id=listing.pk, by=self.by, at=self.calendar.start)
            known = self._versions(listing)
        if known[0].state not in ("submitted", "approved"):
            self._write(row, listing, known[0], content, drawn.result(), at)
        self._advance(row, listing, known[0], at)

    def _advance(self, row: Row, listing: Listing, newest: ListingVersion, at: datetime) -> None:
        hold = self.holds.get(row["slug"], {})
        if newest.state not in ("submitted", "approved"):
            if hold.get("state") == "draft":
                return
            submit_listing(provider_id=self.provider_id, listing_id=listing.pk, by=self.by, at=at + WRITING)
            newest = self._versions(listing)[0]
        if hold.get("state") == "submitted":
            return
        if hold.get("state") == "changes_requested":
            said = hold["reasons"], hold["note"]
            rule_on(self.provider_id, "listing", newest.pk, "changes_requested", self.staff, at + PUBLISHED, *said)
            return
        approve(self.provider_id, "listing", newest.pk, self.staff, at + PUBLISHED)
        if self._versions(listing)[0].state == "approved":
            publish_listing(provider_id=self.provider_id, listing_id=listing.pk, by=self.by, at=at + PUBLISHED)

    def _write(
        self, row: Row, listing: Listing, newest: ListingVersion, content: dict[str, Any], image: Image, at: datetime
    ) -> None:
        if not says(newest, content):
            write_listing(provider_id=self.provider_id, listing_id=listing.pk, content=content, by=self.by, at=at)
        add_image(
            provider_id=self.provider_id, listing_id=listing.pk, image=image, alt_zh=row["title"]["zh"],
            alt_en=row["title"]["en"], by=self.by, at=at,
        )  # fmt: skip

    def _versions(self, listing: Listing) -> list[ListingVersion]:
        with scope(self.provider_id):
            found = ListingVersion.objects.filter(provider_id=self.provider_id, listing=listing)
            return list(found.select_related("category").order_by("-number"))


def _draw(field: str, slug: str) -> Image:
    """Without the database: this runs in threads."""
    return store_image(cover(field, slug))


@cache
def category_named(slug: str) -> Category:
    """With its parent; categories do not change while the demo is told."""
    return Category.objects.select_related("parent").get(slug=slug)


@cache
def _field(slug: str) -> str:
    """The top-level category a sub-category belongs to."""
    parent = category_named(slug).parent
    assert parent is not None  # noqa: S101  only sub-categories take listings
    return parent.slug


@cache
def _asked(slug: str) -> list[Any]:
    return list(attributes_of(category_named(slug)))


def says(version: ListingVersion, content: Mapping[str, Any]) -> bool:
    """Whether a version says just this."""
    for section in SECTIONS.values():
        values = {name: content[name] for name in section.fields if name in content}
        for name, value in clean_section(section, values, _asked(content["category"].slug)).items():
            stored = version.category_id if name == "category" else getattr(version, name)
            if stored != (value.pk if name == "category" else value):
                return False
    return True


def _pictures_lie_there(version: ListingVersion) -> bool:
    return bool(version.images) and all(image_path(image["key"], WIDTHS[-1]).exists() for image in version.images)
