"""How staff review profiles and cases: what they see, and what their verdict does."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.files.queries import image_url
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.ui.formats import language
from marketplace.ui.kit import Text
from providers.catalogue.lists import label
from providers.moderation.kinds import DiffRow, ReviewKind, Sheet, SheetFact, SheetImage
from providers.profiles.comparing import LABELS, differences
from providers.profiles.content import Content, from_json
from providers.profiles.models import Case, Profile, ProfileVersion
from providers.profiles.operations.cases import KIND as CASE_KIND
from providers.profiles.operations.cases import locked_case
from providers.profiles.operations.editing import KIND
from providers.profiles.operations.public import project
from providers.profiles.states import CASE, VERSION

REASONS = ("wrong_facts", "unclear_text", "contact_in_text", "picture_unfit", "not_proven")


def decide_profile(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Carry a verdict out on a version, in the caller's transaction and scope."""
    profile = Profile.objects.select_for_update().get(provider_id=provider_id)
    version = _version(provider_id, subject_id)
    version.state = after(VERSION, version.state, "approved" if verdict == "auto_approved" else verdict)
    version.reasons, version.note, version.decided_at = list(reasons), note, at
    version.save(update_fields=["state", "reasons", "note", "decided_at"])
    if version.state == ProfileVersion.State.APPROVED:
        profile.public_version, profile.published_at = version.number, profile.published_at or at
        profile.save(update_fields=["public_version", "published_at"])
        project(provider_id=provider_id, at=at)


def profile_sheet(provider_id: int, subject_id: int) -> Sheet:
    """What changed, field by field, with the pictures."""
    version = _version(provider_id, subject_id)
    new, old = from_json(version.content), _before(version)
    rows = [row for row in differences(old, new, language=language()) if row.name not in ("logo", "cover")]
    return Sheet(
        facts=[SheetFact(label=_("Version"), value=str(version.number))],
        diff=[DiffRow(label=row.label, old=row.old, new=row.new) for row in rows],
        images=_images(old, new),
    )


def _images(old: Content, new: Content) -> list[SheetImage]:
    keys: list[tuple[str, str, Text]] = [(new.logo, old.logo, LABELS["logo"]), (new.cover, old.cover, LABELS["cover"])]
    keys += [(member.photo, "", member.text("name", language())) for member in new.team]
    return [
        SheetImage(url=image_url(key), label=label, old_url=image_url(before) if before and before != key else "")
        for key, before, label in keys
        if key
    ]


def _before(version: ProfileVersion) -> Content:
    """The last version approved before this one."""
    approved = ProfileVersion.objects.filter(
        provider_id=version.provider_id, state=ProfileVersion.State.APPROVED, number__lt=version.number
    )
    stored = approved.order_by("-number").values_list("content", flat=True).first()
    return from_json(stored or {})


def _version(provider_id: int, subject_id: int) -> ProfileVersion:
    found = ProfileVersion.objects.filter(provider_id=provider_id, pk=subject_id).first()
    if found is None:
        raise NotFound
    return found


def profile_url(provider_id: int, subject_id: int) -> str:
    return reverse("profile:home")


PROFILE = ReviewKind(name=KIND, label=_("Profile"), decide=decide_profile, render=profile_sheet, reasons=REASONS, url=profile_url)


def decide_case(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Carry a verdict out on a case, in the caller's transaction and scope."""
    case = locked_case(provider_id, subject_id)
    case.state = after(CASE, case.state, "approved" if verdict == "auto_approved" else verdict)
    case.reasons, case.note = list(reasons), note
    case.decided_at = at if case.state == Case.State.PUBLISHED else case.decided_at
    case.save(update_fields=["state", "reasons", "note", "decided_at"])
    if case.state == Case.State.PUBLISHED:
        project(provider_id=provider_id, at=at)


def case_sheet(provider_id: int, subject_id: int) -> Sheet:
    """The case as merchants would read it."""
    case = Case.objects.filter(provider_id=provider_id, pk=subject_id).first()
    if case is None:
        raise NotFound
    texts = ((_("Title in Chinese"), case.title_zh), (_("Title in English"), case.title_en),
             (_("Story in Chinese"), case.story_zh), (_("Story in English"), case.story_en))  # fmt: skip
    facts = ((_("Industry"), label(case.industry)), (_("Platform"), label(case.platform)),
             (_("Merchant"), case.merchant_name or case.merchant_slug), (_("Proof"), case.get_proof_display()))  # fmt: skip
    return Sheet(
        facts=[SheetFact(label=name, value=value) for name, value in facts if value],
        diff=[DiffRow(label=name, old="", new=value) for name, value in texts if value],
        images=[SheetImage(url=image_url(case.cover_key), label=_("Picture"))] if case.cover_key else [],
    )


def case_url(provider_id: int, subject_id: int) -> str:
    return reverse("cases:detail", args=[subject_id])


CASE_STUDY = ReviewKind(name=CASE_KIND, label=_("Case"), decide=decide_case, render=case_sheet, reasons=REASONS, url=case_url)
