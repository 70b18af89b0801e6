"""What providers and reporters are told, each in their own language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, override

from marketplace.outbox.people import CODES, Notice, register_notice, tell
from providers.moderation import states
from providers.moderation.kinds import ReviewKind, Text
from providers.moderation.models import ReasonTemplate, Review

NOTICES = (
    Notice(
        kind="moderation.review.approved",
        subject=gettext_noop("Approved: %(title)s"),
        body=gettext_noop("%(kind)s: our staff looked at it and approved it. %(reasons)s"),
        label=_("Review: approved"),
    ),
    Notice(
        kind="moderation.review.changes_requested",
        subject=gettext_noop("Please change: %(title)s"),
        body=gettext_noop("%(kind)s: before we can approve it, please change this and hand it in again. %(reasons)s"),
        label=_("Review: changes requested"),
    ),
    Notice(
        kind="moderation.review.rejected",
        subject=gettext_noop("Rejected: %(title)s"),
        body=gettext_noop("%(kind)s: we cannot approve it. %(reasons)s"),
        label=_("Review: rejected"),
    ),
)


def register() -> None:
    """Make the notices known; called when the site starts."""
    for notice in NOTICES:
        register_notice(notice)


def in_each_language(text: Text) -> dict[str, str]:
    """A translatable text as a fact of a letter: one text per language."""
    found = {}
    for code, language in CODES.items():
        with override(language):
            found[code] = str(text)
    return found


def reasons_in_each_language(kind: str, codes: Sequence[str], note: str = "") -> dict[str, str]:
    """The templates' texts for these codes, in their order, and the note as it was written."""
    rows = {row.code: row for row in ReasonTemplate.objects.filter(kind=kind, code__in=codes)}
    chosen = [rows[code] for code in codes if code in rows]
    return {
        "zh": _joined([*(row.text_zh for row in chosen), note], ""),
        "en": _joined([*(row.text_en for row in chosen), note], " "),
    }


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(part.strip() for part in parts if part.strip())


def tell_decision(review: Review, kind: ReviewKind, verdict: str, reasons: Sequence[str], note: str, at: datetime) -> None:
    """Tell the provider what was decided and why."""
    if not kind.is_told or verdict not in states.VERDICTS:
        return
    tell(
        organization_id=review.provider_id,
        kind=f"moderation.review.{verdict}",
        facts={
            "title": review.title,
            "kind": in_each_language(kind.label),
            "reasons": reasons_in_each_language(kind.name, reasons, note),
        },
        url=kind.url(review.provider_id, review.subject_id) if kind.url else "",
        effect_key=f"review:{review.pk}:{verdict}",
        at=at,
    )
