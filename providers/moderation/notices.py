"""What providers and reporters are told, each in their own language."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox import both
from marketplace.outbox.people import Notice, register_notice, tell
from providers.moderation import states
from providers.moderation.kinds import ReviewKind, Text
from providers.moderation.models import Appeal, Penalty, ReasonTemplate, Report, Review

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
    Notice(
        kind="moderation.penalty.given",
        subject=gettext_noop("Ruling %(ruling)s: %(points)s points"),
        body=gettext_noop("%(reasons)s What follows: %(rung)s. You may appeal until %(until)s."),
        label=_("Penalty"),
    ),
    Notice(
        kind="moderation.penalty.lifted",
        subject=gettext_noop("Ruling %(ruling)s was lifted"),
        body=gettext_noop("Its %(points)s points no longer count, and what followed from it has ended."),
        label=_("Penalty lifted"),
    ),
    Notice(
        kind="moderation.penalty.served",
        subject=gettext_noop("Ruling %(ruling)s has ended"),
        body=gettext_noop("What followed from it is over: %(rung)s. Its %(points)s points count until %(until)s."),
        label=_("Penalty ended"),
    ),
    Notice(
        kind="moderation.appeal.upheld",
        subject=gettext_noop("Your appeal was upheld: %(title)s"),
        body=gettext_noop("We looked at it again and you are right. %(reasons)s"),
        label=_("Appeal: upheld"),
    ),
    Notice(
        kind="moderation.appeal.denied",
        subject=gettext_noop("Your appeal was denied: %(title)s"),
        body=gettext_noop("We looked at it again and the decision stands. %(reasons)s"),
        label=_("Appeal: denied"),
    ),
    Notice(
        kind="moderation.report.upheld",
        subject=gettext_noop("Thank you: your report about %(title)s was right"),
        body=gettext_noop("We looked into it and acted. %(answer)s"),
        label=_("Report: upheld"),
    ),
    Notice(
        kind="moderation.report.dismissed",
        subject=gettext_noop("Your report about %(title)s"),
        body=gettext_noop("We looked into it and found no breach of the rules. %(answer)s"),
        label=_("Report: not upheld"),
    ),
)
STANDING, SENT = "/desk/standing/", "/report/sent/"


def register() -> None:
    """Make the notices known; called when the site starts."""
    for notice in NOTICES:
        register_notice(notice)


def in_each_language(text: Text) -> dict[str, str]:
    """A translatable text as a fact of a letter: one text per language."""
    return both.of(lambda: str(text))


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


def tell_penalty(penalty: Penalty, at: datetime) -> None:
    """Tell the provider of a ruling, why, what follows and until when to appeal."""
    _tell_ruling(penalty, "given", penalty.appeal_until, at)


def tell_lifted(penalty: Penalty, at: datetime) -> None:
    """Tell the provider that a ruling is gone."""
    _tell_ruling(penalty, "lifted", penalty.points_until, at)


def tell_served(penalty: Penalty, at: datetime) -> None:
    """Tell the provider that hiding or pausing is over."""
    _tell_ruling(penalty, "served", penalty.points_until, at)


def _tell_ruling(penalty: Penalty, what: str, until: datetime, at: datetime) -> None:
    tell(
        organization_id=penalty.provider_id,
        kind=f"moderation.penalty.{what}",
        facts={
            "ruling": penalty.ruling,
            "points": penalty.points,
            "rung": in_each_language(Penalty.Rung(penalty.rung).label),
            "reasons": reasons_in_each_language("penalty", [penalty.violation], penalty.statement),
            "until": _day_in_each_language(until),
        },
        url=STANDING,
        effect_key=f"penalty:{penalty.pk}:{what}",
        at=at,
    )


def _day_in_each_language(moment: datetime) -> dict[str, str]:
    return both.day(moment)


def tell_appeal(appeal: Appeal, reasons: Sequence[str], note: str, at: datetime) -> None:
    """Tell the provider how its appeal ended."""
    tell(
        organization_id=appeal.provider_id,
        kind=f"moderation.appeal.{appeal.state}",
        facts={"title": appeal.title, "reasons": reasons_in_each_language("appeal", reasons, note)},
        url=STANDING,
        effect_key=f"appeal:{appeal.pk}:{appeal.state}",
        at=at,
    )


def tell_reporter(report: Report, at: datetime) -> None:
    """Tell who reported how it ended; needs the scope of the reporter's organization."""
    tell(
        organization_id=report.merchant_id,
        kind=f"moderation.report.{report.state}",
        facts={"title": report.about_title, "answer": report.outcome},
        url=SENT,
        effect_key=f"report:{report.pk}:{report.state}",
        at=at,
    )
