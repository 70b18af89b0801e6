"""Giving points, lifting what was wrong, ending what is over. The provider's standing follows in the same transaction.

Lock: the provider's standing row, before anything about its penalties is read.
"""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation import ladder, states
from providers.moderation.ladder import Given
from providers.moderation.models import Penalty, ProviderStanding
from providers.moderation.notices import tell_lifted, tell_penalty, tell_served
from providers.moderation.standing import standing_changed

COUNTED = (Penalty.State.ACTIVE, Penalty.State.SERVED)


class BadPenalty(UserError):
    """Points outside 1 to 12, or a statement that is too long."""


def give_penalty(
    *, provider_id: int, violation: str, points: int, statement: str = "", report_id: int | None = None, by: Actor, at: datetime
) -> Penalty:
    """Rule on a violation: the points of the rolling year decide the rung. `violation` is a template's code of kind `penalty`.

    The ruling id is what deposit deductions and appeals refer to. Raises BadPenalty.
    """
    if not 1 <= points <= ladder.MOST_POINTS:
        raise BadPenalty(_("A violation costs 1 to 12 points."))
    with scope(provider_id, durable=True):
        _lock(provider_id, at)
        rung = ladder.rung_for(points_at(provider_id, at) + points)
        pk = _next_id()
        penalty = Penalty.objects.create(
            pk=pk, provider_id=provider_id, ruling=f"R{at:%Y}-{pk:06}", violation=violation, points=points, rung=rung,
            state="active", statement=statement.strip(), report_id=report_id, given_at=at, given_by=by.label,
            ends_at=ladder.ends(rung, at), points_until=at + ladder.POINTS_COUNT, appeal_until=at + ladder.APPEAL_WITHIN,
        )  # fmt: skip
        _recompute(provider_id, at)
        facts = {**_about(penalty), "report_id": report_id, "statement": penalty.statement}
        record(merchant_id=provider_id, by=by, action="moderation.penalty.given", facts=facts)
        tell_penalty(penalty, at)
        return penalty


def points_at(provider_id: int, at: datetime) -> int:
    """Points that count at this moment."""
    rows = Penalty.objects.filter(provider_id=provider_id, state__in=COUNTED, given_at__lte=at, points_until__gt=at)
    return sum(rows.values_list("points", flat=True))


def lift_penalty(provider_id: int, penalty_id: int, by: Actor, at: datetime) -> None:
    """Take a ruling back, in the caller's transaction and scope: no points, no consequence, and later rulings are eased.

    A later ruling that was harder only because of these points becomes what it would have been without them.
    """
    _lock(provider_id, at)
    penalty = Penalty.objects.filter(provider_id=provider_id, pk=penalty_id).first()
    if penalty is None:
        raise NotFound(_("There is no such ruling."))
    if not states.may_become(states.PENALTY, penalty.state, "lifted"):
        raise UserError(_("This ruling was lifted before."))
    penalty.state, penalty.closed_at = Penalty.State.LIFTED, at
    penalty.save(update_fields=["state", "closed_at"])
    eased = _ease_later(provider_id, at)
    _recompute(provider_id, at)
    record(merchant_id=provider_id, by=by, action="moderation.penalty.lifted", facts={**_about(penalty), "eased": eased})
    tell_lifted(penalty, at)


def _ease_later(provider_id: int, at: datetime) -> list[str]:
    """Apply the ladder again without what was lifted; the rulings that became milder."""
    rows = list(Penalty.objects.filter(provider_id=provider_id, state__in=COUNTED).order_by("given_at", "id"))
    eased = []
    for row, rung in zip(rows, ladder.replay([Given(row.points, row.given_at) for row in rows]), strict=True):
        if ladder.SEVERITY[rung] < ladder.SEVERITY[row.rung] and row.state == "active":
            row.rung, row.ends_at = rung, ladder.ends(rung, row.given_at)
            row.save(update_fields=["rung", "ends_at"])
            eased.append(row.ruling)
    return eased


def refresh_standing(*, provider_id: int, by: Actor, at: datetime) -> int:
    """End what is over and count the points anew; how many penalties ended. Doing it twice changes nothing."""
    with scope(provider_id, durable=True):
        if not ProviderStanding.objects.filter(provider_id=provider_id).exists():
            return 0
        _lock(provider_id, at)
        over = list(Penalty.objects.filter(provider_id=provider_id, state="active", ends_at__lte=at).order_by("id"))
        for penalty in over:
            penalty.state, penalty.closed_at = Penalty.State.SERVED, at
            penalty.save(update_fields=["state", "closed_at"])
            record(merchant_id=provider_id, by=by, action="moderation.penalty.served", facts=_about(penalty))
            tell_served(penalty, at)
        _recompute(provider_id, at)
        return len(over)


def _lock(provider_id: int, at: datetime) -> None:
    """One at a time per provider: two rulings at once must not both see the old total."""
    ProviderStanding.objects.bulk_create([ProviderStanding(provider_id=provider_id, changed_at=at)], ignore_conflicts=True)
    ProviderStanding.objects.select_for_update().get(provider_id=provider_id)


def _recompute(provider_id: int, at: datetime) -> None:
    row = ProviderStanding.objects.get(provider_id=provider_id)
    before = _facts(row)
    in_force = list(Penalty.objects.filter(provider_id=provider_id, state="active"))
    row.hidden_until = _latest(in_force, Penalty.Rung.HIDDEN, at)
    row.paused_until = _latest(in_force, Penalty.Rung.PAUSED, at)
    row.exited_at = min((p.given_at for p in in_force if p.rung == Penalty.Rung.EXITED), default=None)
    row.points, row.changed_at = points_at(provider_id, at), at
    row.save()
    if _facts(row) != before:
        standing_changed(provider_id, at)


def _latest(penalties: list[Penalty], rung: str, at: datetime) -> datetime | None:
    return max((p.ends_at for p in penalties if p.rung == rung and p.ends_at and p.ends_at > at), default=None)


def _facts(row: ProviderStanding) -> tuple[object, ...]:
    return row.hidden_until, row.paused_until, row.exited_at, row.points


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('moderation_penalty', 'id'))")
        return int(cursor.fetchone()[0])


def _about(penalty: Penalty) -> dict[str, object]:
    return {
        "penalty_id": penalty.pk, "ruling": penalty.ruling, "violation": penalty.violation, "points": penalty.points,
        "rung": penalty.rung,
    }  # fmt: skip
