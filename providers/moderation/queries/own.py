"""What a provider sees of its own penalties and appeals, and a reporter of its reports. Each needs its organization's scope."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from providers.moderation.models import Appeal, Penalty, ReasonTemplate, Report


@dataclass(frozen=True)
class Ruling:
    """A penalty with its violation in words, its appeal if there is one, and whether one can still be made."""

    penalty: Penalty
    violation: str
    explanation: str
    appeal: Appeal | None
    may_appeal: bool


def rulings_of(penalties: list[Penalty], *, at: datetime) -> list[Ruling]:
    """In two statements, however many there are."""
    rows = ReasonTemplate.objects.filter(kind="penalty", code__in={penalty.violation for penalty in penalties})
    words = {row.code: row for row in rows}
    found = Appeal.objects.filter(against="penalty", subject_id__in=[penalty.pk for penalty in penalties])
    appeals = {appeal.subject_id: appeal for appeal in found.order_by("id")}  # the latest one counts
    return [_ruling(penalty, words.get(penalty.violation), appeals.get(penalty.pk), at) for penalty in penalties]


def _ruling(penalty: Penalty, words: ReasonTemplate | None, appeal: Appeal | None, at: datetime) -> Ruling:
    is_closed = appeal is not None and appeal.state != Appeal.State.WITHDRAWN
    may = not is_closed and penalty.state != Penalty.State.LIFTED and at <= penalty.appeal_until
    label = words.label if words else penalty.violation
    return Ruling(penalty, label, words.text if words else "", appeal, may)


def penalties_of(provider_id: int) -> QuerySet[Penalty]:
    """Every ruling, the newest first."""
    return Penalty.objects.filter(provider_id=provider_id).order_by("-given_at", "-id")


def appeals_of(provider_id: int) -> QuerySet[Appeal]:
    """Every appeal, the newest first."""
    return Appeal.objects.filter(provider_id=provider_id).order_by("-opened_at", "-id")


def reports_of(merchant_id: int, *, state: str = "") -> QuerySet[Report]:
    """What an organization reported, the newest first."""
    found = Report.objects.filter(merchant_id=merchant_id).order_by("-reported_at", "-id")
    return found.filter(state=state) if state else found


def report_reasons() -> dict[str, str]:
    """Codes of what people report, in words, also those no longer offered."""
    return {row.code: row.label for row in ReasonTemplate.objects.filter(kind="reported").order_by("position")}
