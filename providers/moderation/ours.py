"""Moderation's own kinds: reports and appeals are reviews like any other; penalties can be appealed; providers be reported."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext, pgettext_lazy

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from providers.moderation.appealable import Appealable, AppealSubject, appealable_named, register_appealable
from providers.moderation.kinds import ReviewKind, Sheet, SheetFact, SheetLink, register_kind
from providers.moderation.ladder import APPEAL_WITHIN
from providers.moderation.models import Appeal, Penalty, ReasonTemplate, Report
from providers.moderation.operations import decide_appeal, decide_report, lift_penalty, reporter_of
from providers.moderation.queries.people import actor_name
from providers.moderation.reportable import Reportable, about_label, find_provider, register_reportable
from providers.moderation.workdays import MARKET_ZONE

RULING = gettext_noop("Ruling %(ruling)s: %(violation)s")


def register() -> None:
    """Called when the site starts."""
    register_kind(
        ReviewKind(
            name="report",
            label=pgettext_lazy("review kind", "Report"),
            decide=decide_report,
            render=report_sheet,
            verdicts={"approved": gettext_lazy("The report is right"), "rejected": gettext_lazy("No breach of the rules")},
            is_told=False,
        )
    )
    register_kind(
        ReviewKind(
            name="appeal",
            label=pgettext_lazy("review kind", "Appeal"),
            decide=decide_appeal,
            render=appeal_sheet,
            reasons=("facts_confirmed", "new_evidence", "rule_misread"),
            verdicts={"approved": gettext_lazy("Uphold the appeal"), "rejected": gettext_lazy("Let the decision stand")},
            is_told=False,
        )
    )
    register_reportable(Reportable(name="provider", label=gettext_lazy("Service provider"), find=find_provider))
    register_appealable(
        Appealable(
            name="penalty",
            label=gettext_lazy("Penalty"),
            days=APPEAL_WITHIN.days,
            subject=penalty_subject,
            uphold=lift_penalty,
        )
    )


def violation_label(code: str) -> str:
    """A violation in the reader's language."""
    row = ReasonTemplate.objects.filter(kind="penalty", code=code).first()
    return row.label if row else code


def penalty_subject(provider_id: int, subject_id: int) -> AppealSubject:
    """A ruling, as somebody who appeals and somebody who decides the appeal read it."""
    penalty = Penalty.objects.filter(provider_id=provider_id, pk=subject_id).exclude(state="lifted").first()
    if penalty is None:
        raise NotFound(_("There is no such ruling."))
    violation = violation_label(penalty.violation)
    return AppealSubject(
        title=_(RULING) % {"ruling": penalty.ruling, "violation": violation},
        happened_at=penalty.given_at,
        facts=[
            SheetFact(_("Violation"), violation),
            SheetFact(pgettext("penalty", "Points"), formats.number(penalty.points)),
            SheetFact(_("Consequence"), penalty.get_rung_display()),
            SheetFact(_("Given"), formats.local_datetime(penalty.given_at, MARKET_ZONE)),
            SheetFact(_("Given by"), actor_name(penalty.given_by)),
            SheetFact(_("What staff wrote"), penalty.statement or "–"),
        ],
        url="/desk/standing/",
        decided_by=penalty.given_by,
    )


def appeal_sheet(provider_id: int, subject_id: int) -> Sheet:
    """What the provider says, and what it is about."""
    appeal = Appeal.objects.filter(provider_id=provider_id, pk=subject_id).first()
    if appeal is None:
        raise NotFound(_("There is no such appeal."))
    facts = [
        SheetFact(_("What the provider says"), appeal.text),
        SheetFact(_("Appealed by"), actor_name(appeal.opened_by)),
        SheetFact(_("Appealed"), formats.local_datetime(appeal.opened_at, MARKET_ZONE)),
    ]
    try:
        facts += appealable_named(appeal.against).subject(provider_id, appeal.subject_id).facts
    except NotFound:  # an upheld appeal has taken it away
        facts.append(SheetFact(_("Against"), appeal.title))
    return Sheet(facts=facts)


def report_sheet(provider_id: int, subject_id: int) -> Sheet:
    """What was reported and by whom; the reporter's name is for staff only."""
    merchant_id = reporter_of(subject_id)
    with scope(merchant_id):
        made = Report.objects.get(merchant_id=merchant_id, pk=subject_id)
    reason = ReasonTemplate.objects.filter(kind="reported", code=made.reason).first()
    return Sheet(
        facts=[
            SheetFact(_("About"), f"{about_label(made.about_kind)}: {made.about_title}"),
            SheetFact(_("What is wrong"), reason.label if reason else made.reason),
            SheetFact(_("What happened"), made.text),
            SheetFact(_("Reported by"), actor_name(f"user:{made.reported_by_id}")),
            SheetFact(_("Reported"), formats.local_datetime(made.reported_at, MARKET_ZONE)),
        ],
        links=[SheetLink(made.about_url, _("Open the public page"))] if made.about_url else [],
    )
