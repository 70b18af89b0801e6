"""A version as the reviewer sees it: facts, what changed, pictures."""

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.files.queries import image_url
from providers.catalogue.models import CategoryAttribute
from providers.catalogue.queries import attributes_of
from providers.listings.diff import diff
from providers.listings.models import ListingVersion
from providers.moderation.kinds import DiffRow, Sheet, SheetFact, SheetImage

RELATED = ("listing", "category__parent")


def listing_sheet(provider_id: int, subject_id: int) -> Sheet:
    """Needs the provider's scope (or the system role's sight). Against the published version, else against the one sent back."""
    version = ListingVersion.objects.select_related(*RELATED).get(provider_id=provider_id, pk=subject_id)
    before = compared_with(version)
    asked = asked_of(before, version)
    rows = [row for row in diff(before, version, asked) if row.section != "images"]
    facts = [
        SheetFact(_("Category"), f"{version.category.parent} › {version.category}"),
        SheetFact(_("Version"), str(version.number)),
        SheetFact(_("Risk"), _("low: no more than typos") if version.risk == "low" else _("normal")),
        SheetFact(_("Compared with"), "" if before is None else _("version %(n)s") % {"n": before.number}),
    ]
    return Sheet(
        facts=[fact for fact in facts if fact.value],
        diff=[DiffRow(row.label, row.old, row.new) for row in rows],
        images=_images(before, version),
    )


def compared_with(version: ListingVersion) -> ListingVersion | None:
    """The version a reviewer compares with: the published one, else the one this was made from."""
    earlier = ListingVersion.objects.select_related("category__parent").filter(
        provider_id=version.provider_id, listing_id=version.listing_id, number__lt=version.number
    )
    return earlier.filter(state="published").first() or earlier.filter(number=version.based_on).first()


def asked_of(*versions: ListingVersion | None) -> dict[str, CategoryAttribute]:
    """The attributes of the versions' categories by key, the last one's wording wins."""
    return {attribute.key: attribute for version in versions if version for attribute in attributes_of(version.category)}


def _images(before: ListingVersion | None, version: ListingVersion) -> list[SheetImage]:
    old = [] if before is None else before.images
    found = []
    for n, image in enumerate(version.images):
        old_url = image_url(old[n]["key"]) if n < len(old) and old[n]["key"] != image["key"] else ""
        words = image.get("alt_zh") or image.get("alt_en") or _("Picture %(n)s") % {"n": n + 1}
        found.append(SheetImage(image_url(image["key"]), words, old_url))
    return found


def listing_url(provider_id: int, subject_id: int) -> str:
    """The listing's page in its provider's console."""
    slug = ListingVersion.objects.filter(provider_id=provider_id, pk=subject_id).values_list("listing__slug", flat=True).first()
    return reverse("desk_listings:detail", args=(slug,)) if slug else reverse("desk_listings:list")
