"""What the page of one review shows: the subject's sheet, the clock, who looks at it, what was decided before."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Organization
from marketplace.kernel.errors import NotFound
from marketplace.staff.names import Names, names_of
from marketplace.tenancy.scope import scope
from providers.moderation import policies
from providers.moderation.differences import Piece, compare
from providers.moderation.kinds import DiffRow, Sheet, UnknownKind, kind_named, label_of
from providers.moderation.models import Review
from providers.moderation.queries.inbox import earlier_reviews
from providers.moderation.queries.people import actor_names
from providers.moderation.queries.reasons import labels_of
from providers.moderation.standing import Standing, standing


@dataclass(frozen=True)
class Line:
    """One compared field."""

    label: str
    old: list[Piece]
    new: list[Piece]
    is_same: bool


@dataclass(frozen=True)
class Past:
    """An earlier decision about the same subject."""

    review: Review
    decided_by: str
    reasons: list[str]


@dataclass(frozen=True)
class Desk:
    """Everything on the page; `sheet` is None when the subject is gone."""

    review: Review
    kind_label: str
    provider: Organization
    standing: Standing
    sheet: Sheet | None
    lines: list[Line]
    has_old: bool
    earlier: list[Past]
    opened_by: str
    decided_by: str
    reasons: list[str]
    claimed_by: str
    is_open: bool
    is_overdue: bool
    is_claimed: bool
    is_mine: bool


def desk_of(review: Review, *, user_id: int, at: datetime) -> Desk:
    """Gather the page. Reads the subject in its provider's scope, everything else as the system role."""
    sheet, stands = _subject(review)
    names = names_of([review])
    earlier = earlier_reviews(review)
    people = actor_names([review.opened_by, review.decided_by, *(past.decided_by for past in earlier)])
    lines = [_line(row) for row in sheet.diff] if sheet else []
    is_claimed = policies.is_open(review) and policies.is_claimed(review, at)
    return Desk(
        review=review,
        kind_label=str(label_of(review.kind)),
        provider=Organization.objects.using("system").get(pk=review.provider_id),
        standing=stands,
        sheet=sheet,
        lines=sorted(lines, key=lambda line: line.is_same),
        has_old=any(line.old for line in lines),
        earlier=[Past(r, people.get(r.decided_by, ""), labels_of(r.kind, r.reasons)) for r in earlier],
        opened_by=people.get(review.opened_by, ""),
        decided_by=people.get(review.decided_by, ""),
        reasons=labels_of(review.kind, review.reasons),
        claimed_by=_claimer(review, names) if is_claimed else "",
        is_open=policies.is_open(review),
        is_overdue=policies.is_overdue(review, at),
        is_claimed=is_claimed,
        is_mine=is_claimed and review.claimed_by_id == user_id,
    )


def _subject(review: Review) -> tuple[Sheet | None, Standing]:
    with scope(review.provider_id, read_only=True):
        stands = standing(review.provider_id)
        try:
            return kind_named(review.kind).render(review.provider_id, review.subject_id), stands
        except (NotFound, UnknownKind):
            return None, stands


def _line(row: DiffRow) -> Line:
    old, new = str(row.old), str(row.new)
    left, right = compare(old, new)
    return Line(str(row.label), left, right, old == new)


def _claimer(review: Review, names: Names) -> str:
    return names.people.get(review.claimed_by_id or 0, "")
