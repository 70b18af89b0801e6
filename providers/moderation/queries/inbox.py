"""The inbox of staff: across tenants, as the system role."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import QuerySet

from marketplace.accounts.models import Organization
from providers.moderation import states
from providers.moderation.models import Review

SYSTEM = "system"
RECENT = timedelta(days=30)
COUNTS = """
SELECT count(*) FILTER (WHERE state = 'waiting'),
       count(*) FILTER (WHERE state IN ('waiting', 'sampled') AND due_at < %(at)s),
       count(*) FILTER (WHERE state = 'sampled'),
       count(*) FILTER (WHERE decided_at >= %(day)s AND state IN ('approved', 'changes_requested', 'rejected')),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at))
         FILTER (WHERE decided_at >= %(since)s AND state IN ('approved', 'changes_requested', 'rejected'))
FROM moderation_review
WHERE state IN ('waiting', 'sampled') OR decided_at >= %(since)s
"""
BY_KIND = "SELECT kind, count(*) FROM moderation_review WHERE state IN ('waiting', 'sampled') GROUP BY kind ORDER BY 2 DESC, 1"


@dataclass(frozen=True)
class Counts:
    """How the inbox stands. `usual_hours` is the median from handing in to a person's decision in 30 days; None without one."""

    waiting: int
    overdue: int
    second_look: int
    decided_today: int
    usual_hours: float | None


def inbox_counts(*, at: datetime, day: datetime) -> Counts:
    """`day` is when today began on the market's clock."""
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(COUNTS, {"at": at, "day": day, "since": at - RECENT})
        waiting, overdue, second_look, today, seconds = cursor.fetchone()
    return Counts(waiting, overdue, second_look, today, None if seconds is None else float(seconds) / 3600)


def waiting_by_kind() -> dict[str, int]:
    """How many reviews of each kind stand in the inbox."""
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(BY_KIND)
        return dict(cursor.fetchall())


def oldest(*, kind: str = "", limit: int) -> list[Review]:
    """The reviews that are due first."""
    found = open_reviews()
    return list((found.filter(kind=kind) if kind else found)[:limit])


def open_reviews() -> QuerySet[Review]:
    """Everything in the inbox, what is due first on top."""
    return Review.objects.using(SYSTEM).filter(state__in=states.OPEN).order_by("due_at", "id")


def next_after(review: Review, *, user_id: int | None, claims_since: datetime) -> Review | None:
    """What to look at next: due first, nobody else looking at it."""
    rows = open_reviews().exclude(pk=review.pk)
    return rows.exclude(claimed_at__gt=claims_since, claimed_by_id__isnull=False).first() or (
        rows.filter(claimed_by_id=user_id).first() if user_id else None
    )


def earlier_reviews(review: Review, limit: int = 10) -> list[Review]:
    """What was decided about the same subject before, latest first."""
    rows = Review.objects.using(SYSTEM).filter(provider_id=review.provider_id, kind=review.kind, subject_id=review.subject_id)
    return list(rows.exclude(pk=review.pk).order_by("-opened_at", "-id")[:limit])


def organization_names(ids: set[int]) -> Mapping[int, str]:
    """Names of organizations by id."""
    rows = Organization.objects.using(SYSTEM).filter(pk__in=ids)
    return {each.pk: each.name for each in rows}
