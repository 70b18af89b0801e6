"""What staff decide about scores: improvement plans, and appeals against an event."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import NotFound
from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.formats import local_datetime, number
from providers.moderation.appealable import Appealable, AppealSubject
from providers.moderation.kinds import ReviewKind, Sheet, SheetFact
from providers.scorecards.formula import APPEAL_DAYS
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ImprovementPlan, ScoreEvent, Strike
from providers.scorecards.operations.braking import KIND, decide_plan
from providers.scorecards.operations.striking import strike_event
from providers.scorecards.queries import access_event
from providers.scorecards.queries.own import counted_since
from providers.scorecards.words import value_text

ZONE = MARKET_ZONE


def plan_sheet(provider_id: int, subject_id: int) -> Sheet:
    """The plan, and the disputes it answers."""
    plan = ImprovementPlan.objects.filter(provider_id=provider_id, pk=subject_id).first()
    if plan is None:
        raise NotFound
    disputes = ScoreEvent.objects.filter(provider_id=provider_id, kind=EventKind.RULED, value=1).order_by("-at")[:5]
    facts = [SheetFact(_("Plan"), plan.text)]
    facts += [SheetFact(_("Upheld dispute"), f"{local_datetime(event.at, ZONE)} · {event.label}") for event in disputes]
    return Sheet(facts=facts)


def score_subject(provider_id: int, subject_id: int) -> AppealSubject:
    """An event, as somebody who appeals and somebody who decides the appeal read it."""
    event = access_event(provider_id=provider_id, pk=subject_id)
    if Strike.objects.filter(provider_id=provider_id, event=event).exists():
        raise NotFound(_("This event does not count any more."))
    return AppealSubject(
        title=f"{event.get_kind_display()}: {event.label or number(event.subject_id)}",
        happened_at=counted_since(event),
        facts=[
            SheetFact(_("Event"), event.get_kind_display()),
            SheetFact(_("When"), local_datetime(event.at, ZONE)),
            SheetFact(_("Counts as"), value_text(event)),
            SheetFact(_("About"), event.label or "–"),
        ],
        url=reverse("score:event", args=[event.pk]),
    )


def plan_url(provider_id: int, subject_id: int) -> str:
    return reverse("score:home")


PLAN = ReviewKind(
    name=KIND,
    label=gettext_lazy("Improvement plan"),
    decide=decide_plan,
    render=plan_sheet,
    reasons=("plan_too_vague", "plan_off_the_point"),
    url=plan_url,
)
SCORE = Appealable(name="score", label=gettext_lazy("Score"), days=APPEAL_DAYS, subject=score_subject, uphold=strike_event)
