"""Starting listings and saving their sections."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from marketplace.files.queries import Image
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.catalogue.queries import attributes_of
from providers.listings.errors import EditedMeanwhile, NotPossibleNow
from providers.listings.models import Listing, ListingVersion
from providers.listings.operations.common import locked, locked_for, told
from providers.listings.policies import Standing
from providers.listings.sections import BASICS, CONTENT, SECTIONS, Section, clean_section

#: The page saves by itself when a field is left, which pressing the button does.
OWN_SAVE = timedelta(seconds=10)
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
TITLE_LIMITS = {"title_zh": 60, "title_en": 120}


def start_listing(
    *, provider_id: int, category: Category, by: Actor, at: datetime, title_zh: str = "", title_en: str = "", slug: str = ""
) -> Listing:
    """A new listing with an empty first draft. `slug` is made from the title unless given. Raises BadContent."""
    with scope(provider_id, durable=True):
        values = {"category": category, "title_zh": title_zh, "title_en": title_en}
        return _start(provider_id, clean_section(BASICS, values, []), slug, by, at)


def _start(provider_id: int, content: Mapping[str, Any], slug: str, by: Actor, at: datetime, based_on: str = "") -> Listing:
    titles = {name: content[name] for name in ("category", "title_zh", "title_en")}
    listing = Listing.objects.create(provider_id=provider_id, slug=slug or _slug(titles), created_at=at, updated_at=at, **titles)
    ListingVersion.objects.create(
        provider_id=provider_id, listing=listing, number=1, created_at=at, updated_at=at, updated_by=by.label, **content
    )
    told(listing, "started", by, copy_of=based_on) if based_on else told(listing, "started", by)
    return listing


def _slug(titles: Mapping[str, Any]) -> str:
    """Readable, and unique by chance: 31^7 endings. The public table's unique index has the last word."""
    words = slugify(titles["title_en"])[:60].strip("-") or titles["category"].slug
    return f"{words}-{''.join(secrets.choice(ALPHABET) for _n in range(7))}"


def save_section(
    *,
    provider_id: int,
    listing_id: int,
    section: str,
    values: Mapping[str, Any],
    revision: int,
    by: Actor,
    at: datetime,
    is_final: bool = False,
) -> int:
    """Save one section of the draft, opening one where there is none, and return the section's new count of saves.

    `revision` is the count the writer started from; `is_final` that he pressed save, rather than the page by itself.
    Raises EditedMeanwhile when somebody else saved the section since, NotPossibleNow while a version is in review, BadContent.
    """
    with scope(provider_id, durable=True):
        standing = locked(provider_id, listing_id)
        _must_be_editable(standing)
        stored = standing.shown.revisions.get(section, 0)
        if stored != revision and _says(standing.shown, SECTIONS[section], values):
            return stored  # the page's own save and the button's crossed
        if is_final and _saved_by_his_own_page(standing.shown, stored - revision, by, at):
            revision = stored
        _must_be_unchanged(standing.shown, section, revision)
        version = _draft(standing, by, at)
        _apply(version, SECTIONS[section], values)
        version.revisions = {**version.revisions, section: revision + 1}
        _store(standing.listing, version, by, at)
        told(standing.listing, "saved", by, section=section, version=version.number)
        return revision + 1


def write_listing(*, provider_id: int, listing_id: int, content: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Save several fields of several sections at once, over whatever the draft says. Raises NotPossibleNow, BadContent."""
    with scope(provider_id, durable=True):
        standing = locked(provider_id, listing_id)
        _must_be_editable(standing)
        version = _draft(standing, by, at)
        for section in SECTIONS.values():
            values = {name: content[name] for name in section.fields if name in content}
            if values:
                _apply(version, section, values)
                version.revisions[section.name] = version.revisions.get(section.name, 0) + 1
        _store(standing.listing, version, by, at)
        told(standing.listing, "saved", by, version=version.number)


def add_image(
    *, provider_id: int, listing_id: int, image: Image, alt_zh: str = "", alt_en: str = "", by: Actor, at: datetime
) -> None:
    """Append a stored picture to the draft; one that is there already stays where it is. Raises NotPossibleNow, BadContent."""
    with scope(provider_id, durable=True):
        standing = locked(provider_id, listing_id)
        _must_be_editable(standing)
        version = _draft(standing, by, at)
        if any(known["key"] == image.key for known in version.images):
            return
        _apply(
            version, SECTIONS["images"], {"images": [*version.images, {**image.as_json(), "alt_zh": alt_zh, "alt_en": alt_en}]}
        )
        version.revisions = {**version.revisions, "images": version.revisions.get("images", 0) + 1}
        _store(standing.listing, version, by, at)
        told(standing.listing, "saved", by, section="images", version=version.number)


def duplicate_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> Listing:
    """A new draft with everything the newest version says, under a title that says it is a copy."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "duplicate")
        content = _content_of(standing.shown)
        for name, mark in (("title_zh", "（副本）"), ("title_en", " (copy)")):
            content[name] = content[name] and content[name][: TITLE_LIMITS[name] - len(mark)] + mark
        return _start(provider_id, content, "", by, at, based_on=standing.listing.slug)


def bring_back_version(*, provider_id: int, listing_id: int, number: int, by: Actor, at: datetime) -> None:
    """Make the draft say what an older version said. Raises NotPossibleNow."""
    with scope(provider_id, durable=True):
        standing = locked(provider_id, listing_id)
        _must_be_editable(standing)
        wanted = next((version for version in standing.versions if version.number == number), None)
        if wanted is None:
            raise NotPossibleNow(_("There is no such version."))
        version = _draft(standing, by, at)
        for name, value in _content_of(wanted).items():
            setattr(version, name, value)
        version.revisions = {name: version.revisions.get(name, 0) + 1 for name in SECTIONS}
        _store(standing.listing, version, by, at)
        told(standing.listing, "version_brought_back", by, number=number, version=version.number)


def _must_be_editable(standing: Standing) -> None:
    if standing.is_editable:
        return
    if standing.listing.state == "archived":
        raise NotPossibleNow(_("The listing is archived. Restore it to change it."))
    if standing.shown.state == "approved":
        raise NotPossibleNow(_("The new version is approved. Publish it first, then go on from there."))
    raise NotPossibleNow(_("The listing is in review. Withdraw it to change it."))


def _says(version: ListingVersion, section: Section, values: Mapping[str, Any]) -> bool:
    """Whether the section says all of this already. Raises BadContent."""
    asked = attributes_of(version.category) if "attributes" in values else []
    return all(getattr(version, name) == value for name, value in clean_section(section, values, asked).items())


def _saved_by_his_own_page(version: ListingVersion, saves: int, by: Actor, at: datetime) -> bool:
    """Whether the one save since is what the same person's page saved by itself a moment before he pressed the button."""
    return saves == 1 and version.updated_by == by.label and at - version.updated_at <= OWN_SAVE


def _must_be_unchanged(version: ListingVersion, section: str, revision: int) -> None:
    stored = version.revisions.get(section, 0)
    if stored != revision:
        message = _(
            "Somebody else saved this section while you were writing. Nothing of yours is lost: compare, then save again."
        )
        raise EditedMeanwhile(message, revision=stored, who=version.updated_by, at=version.updated_at)


def _draft(standing: Standing, by: Actor, at: datetime) -> ListingVersion:
    """The open draft, or a new one that says what the newest version says."""
    if standing.open is not None:
        return standing.open
    source = standing.shown
    return ListingVersion.objects.create(
        provider_id=standing.listing.provider_id, listing=standing.listing, number=standing.newest.number + 1,
        based_on=source.number, revisions=dict(source.revisions), created_at=at, updated_at=at, updated_by=by.label,
        **_content_of(source),
    )  # fmt: skip


def _content_of(version: ListingVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in CONTENT}


def _apply(version: ListingVersion, section: Section, values: Mapping[str, Any]) -> None:
    asked = attributes_of(version.category) if "attributes" in values else []
    before = version.category_id
    for name, value in clean_section(section, values, asked).items():
        setattr(version, name, value)
    if version.category_id != before:  # other questions are asked now
        known = {attribute.key for attribute in attributes_of(version.category)}
        version.attributes = {key: value for key, value in version.attributes.items() if key in known}


def _store(listing: Listing, version: ListingVersion, by: Actor, at: datetime) -> None:
    version.updated_at, version.updated_by = at, by.label
    version.save(update_fields=[*CONTENT, "revisions", "updated_at", "updated_by"])
    listing.category, listing.title_zh, listing.title_en = version.category, version.title_zh, version.title_en
    listing.updated_at = at
    listing.save(update_fields=["category", "title_zh", "title_en", "updated_at"])
