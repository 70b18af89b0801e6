"""The quality brake: two upheld disputes in ninety days pause new orders until staff accept a plan. Running jobs go on."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.operations.reviews import open_review
from providers.scorecards import formula
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ImprovementPlan, LevelState, ScoreEvent, Strike
from providers.scorecards.operations.public import publish

KIND = "improvement_plan"
SHORTEST = 80
State = ImprovementPlan.State
#: One transition table: (state, act) → state.
PLAN = {
    (State.CHANGES_REQUESTED, "submit"): State.SUBMITTED,
    (State.REJECTED, "submit"): State.SUBMITTED,
    (State.SUBMITTED, "approved"): State.APPROVED,
    (State.SUBMITTED, "changes_requested"): State.CHANGES_REQUESTED,
    (State.SUBMITTED, "rejected"): State.REJECTED,
}
SYSTEM = Actor("system:quality")


class PlanNotNeeded(UserError):
    """There is no brake, or a plan waits already."""


def upheld_lately(provider_id: int, at: datetime) -> int:
    """Upheld disputes of the ninety days before, after the last accepted plan. Needs the provider's scope."""
    since = at - formula.RECENT
    approved = ImprovementPlan.objects.filter(provider_id=provider_id, state=State.APPROVED).order_by("-decided_at")
    last = approved.values_list("decided_at", flat=True).first()
    found = ScoreEvent.objects.filter(provider_id=provider_id, kind=EventKind.RULED, value=1, at__gt=since, at__lte=at)
    struck = Strike.objects.filter(provider_id=provider_id).values("event_id")
    found = found.exclude(pk__in=struck)
    return (found.filter(at__gt=last) if last else found).count()


def brake_if_due(*, provider_id: int, at: datetime) -> bool:
    """Pause new orders when there were too many upheld disputes, in the caller's transaction; whether it braked now."""
    if upheld_lately(provider_id, at) < formula.BRAKE_DISPUTES:
        return False
    LevelState.objects.get_or_create(provider_id=provider_id, defaults={"since": at})
    if not LevelState.objects.filter(provider_id=provider_id, braked_at__isnull=True).update(braked_at=at):
        return False
    record(merchant_id=provider_id, by=SYSTEM, action="providers.brake.on", facts={"disputes": formula.BRAKE_DISPUTES})
    _tell(provider_id, "on", at)
    publish(provider_id=provider_id, at=at)
    return True


def release_brake(*, provider_id: int, by: Actor, at: datetime) -> bool:
    """Take new orders again, in the caller's transaction; whether there was a brake."""
    if not LevelState.objects.filter(provider_id=provider_id, braked_at__isnull=False).update(braked_at=None):
        return False
    record(merchant_id=provider_id, by=by, action="providers.brake.off", facts={})
    _tell(provider_id, "off", at)
    publish(provider_id=provider_id, at=at)
    return True


def _tell(provider_id: int, said: str, at: datetime) -> None:
    key = f"brake:{said}:{at.isoformat()}"
    tell(organization_id=provider_id, kind=f"providers.brake.{said}", facts={}, url="/desk/score/", effect_key=key, at=at)


def submit_plan(*, provider_id: int, text: str, by: Actor, at: datetime) -> ImprovementPlan:
    """Hand in what will be done better. Raises PlanNotNeeded and UserError."""
    if len(text.strip()) < SHORTEST:
        raise UserError(_("Say in a few sentences what went wrong, what you change, and from when."))
    with scope(provider_id, durable=True):
        state = LevelState.objects.select_for_update().filter(provider_id=provider_id).first()
        if state is None or state.braked_at is None:
            raise PlanNotNeeded(_("New orders are not paused."))
        plan = _waiting(provider_id, text.strip(), at)
        record(merchant_id=provider_id, by=by, action="providers.plan.submitted", facts={"plan": plan.pk})
        review_id = open_review(
            provider_id=provider_id, kind=KIND, subject_id=plan.pk, risk="normal", title=plan.text[:120], by=by, at=at
        )
        ImprovementPlan.objects.filter(provider_id=provider_id, pk=plan.pk).update(review_id=review_id)
        return plan


def _waiting(provider_id: int, text: str, at: datetime) -> ImprovementPlan:
    """The plan that goes to review: the one staff sent back, or a new one."""
    last = ImprovementPlan.objects.filter(provider_id=provider_id).order_by("-id").first()
    if last is not None and last.state == State.SUBMITTED:
        raise PlanNotNeeded(_("Staff are looking at your plan."))
    if last is None or (last.state, "submit") not in PLAN:
        return ImprovementPlan.objects.create(provider_id=provider_id, text=text, state=State.SUBMITTED, submitted_at=at)
    last.text, last.state, last.submitted_at, last.reasons, last.note = text, State.SUBMITTED, at, [], ""
    last.save(update_fields=["text", "state", "submitted_at", "reasons", "note"])
    return last


def decide_plan(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """The handler of the review kind: an accepted plan takes the brake off."""
    plan = ImprovementPlan.objects.select_for_update().filter(provider_id=provider_id, pk=subject_id).first()
    if plan is None:
        raise NotFound
    then = PLAN.get((State(plan.state), verdict))
    if then is None:
        raise UserError(_("This plan does not wait any more."))
    plan.state, plan.reasons, plan.note, plan.decided_at = then, list(reasons), note, at
    plan.save(update_fields=["state", "reasons", "note", "decided_at"])
    if then == State.APPROVED:
        release_brake(provider_id=provider_id, by=by, at=at)
