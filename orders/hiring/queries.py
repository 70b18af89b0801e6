"""Reading needs, leads and proposals; each object has one door, and foreign and missing look the same."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from marketplace.kernel.errors import NotFound
from orders.hiring.matching.candidates import candidates
from orders.hiring.matching.rank import Match, rank
from orders.hiring.models import Brief, Invitation, Proposal, ProposalVersion, PublicBrief
from orders.hiring.needs import Need
from orders.hiring.states import LIVE, OPEN_PROPOSALS
from providers.moderation.models import Holiday
from providers.scorecards.formula import APPLICATION_WINDOW


def need_of(brief: Brief | PublicBrief) -> Need:
    """The need as a value."""
    return Need(
        title=brief.title, category=brief.category.slug, text=brief.text, currency=brief.currency, budget_min=brief.budget_min,
        budget_max=brief.budget_max, budget_unit=brief.budget_unit, starts_on=brief.starts_on, ends_on=brief.ends_on,
        kpi=brief.kpi, store_size=brief.store_size, platforms=tuple(brief.platforms), industries=tuple(brief.industries),
        belts=tuple(brief.belts), languages=tuple(brief.languages),
    )  # fmt: skip


def access_brief(*, merchant_id: int, pk: int, lock: bool = False) -> Brief:
    """The merchant's need, with its category. NotFound."""
    found = Brief.objects.select_for_update() if lock else Brief.objects.select_related("category__parent")
    brief = found.filter(merchant_id=merchant_id, pk=pk).first()
    if brief is None:
        raise NotFound(f"need {pk}")
    return brief


def access_public_brief(pk: int) -> PublicBrief:
    """An open need, for every provider. NotFound."""
    brief = PublicBrief.objects.select_related("category__parent").filter(pk=pk).first()
    if brief is None:
        raise NotFound(f"need {pk}")
    return brief


def access_invitation(*, organization_id: int, pk: int, lock: bool = False) -> Invitation:
    """For either party. NotFound for everybody else."""
    found = Invitation.objects.select_for_update() if lock else Invitation.objects.select_related("category__parent")
    invitation = found.filter(_party(organization_id), pk=pk).first()
    if invitation is None:
        raise NotFound(f"invitation {pk}")
    return invitation


def access_proposal(*, organization_id: int, pk: int, at: datetime) -> Proposal:
    """For either party; for the merchant only once it is opened. NotFound for everybody else."""
    proposal = Proposal.objects.filter(_party(organization_id), pk=pk).first()
    if proposal is None or (proposal.merchant_id == organization_id and proposal.opens_at > at):
        raise NotFound(f"proposal {pk}")
    return proposal


def _party(organization_id: int) -> Q:
    return Q(merchant_id=organization_id) | Q(provider_id=organization_id)


def versions_of(proposal: Proposal) -> list[ProposalVersion]:
    """Every offer and counter-offer, newest first."""
    found = ProposalVersion.objects.filter(merchant_id=proposal.merchant_id, proposal_id=proposal.pk)
    return list(found.order_by("-number"))


def briefs(merchant_id: int, at: datetime) -> QuerySet[Brief]:
    """The merchant's needs with `invited` (live invitations) and `proposals` (those that can be accepted and read)."""
    own = Invitation.objects.filter(merchant_id=OuterRef("merchant_id"), brief_id=OuterRef("pk"), state__in=LIVE)
    sent = Proposal.objects.filter(
        merchant_id=OuterRef("merchant_id"), invitation__brief_id=OuterRef("pk"), state__in=OPEN_PROPOSALS, opens_at__lte=at
    )
    return (
        Brief.objects.filter(merchant_id=merchant_id)
        .select_related("category")
        .annotate(invited=_counted(own.values("brief_id")), proposals=_counted(sent.values("invitation__brief_id")))
    )


def _counted(grouped: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def invitations_of(brief: Brief, at: datetime) -> list[Invitation]:
    """Everybody who was asked or answered, best fit first, with `proposal` (None while it is sealed): two statements."""
    found = list(Invitation.objects.filter(merchant_id=brief.merchant_id, brief_id=brief.pk).order_by("-fit", "sent_at", "pk"))
    by_invitation = {
        proposal.invitation_id: proposal
        for proposal in Proposal.objects.filter(
            merchant_id=brief.merchant_id, invitation_id__in=[invitation.pk for invitation in found], opens_at__lte=at
        )
    }
    for invitation in found:
        invitation.proposal = by_invitation.get(invitation.pk)  # type: ignore[attr-defined]
    return found


def proposals_of(brief: Brief, at: datetime) -> list[Proposal]:
    """What can be compared: every opened proposal with its invitation, cheapest first."""
    found = Proposal.objects.filter(merchant_id=brief.merchant_id, invitation__brief_id=brief.pk, opens_at__lte=at)
    return list(found.select_related("invitation").order_by("total", "pk"))


def newest_versions(proposals: Sequence[Proposal]) -> dict[int, ProposalVersion]:
    """The offer that counts, by proposal: one statement."""
    if not proposals:
        return {}
    found = ProposalVersion.objects.filter(
        merchant_id=proposals[0].merchant_id, proposal_id__in=[proposal.pk for proposal in proposals]
    )
    return {version.proposal_id: version for version in found.order_by("proposal_id", "number")}


def matches(brief: Brief, *, on: date) -> list[Match]:
    """Every provider who could be invited now, best first, without those who were."""
    known = Invitation.objects.filter(merchant_id=brief.merchant_id, brief_id=brief.pk).values_list("provider_id", flat=True)
    found = candidates(category_id=brief.category_id, without=list(known))
    return rank(need_of(brief), found, key=brief.pk, on=on)


def leads(provider_id: int) -> QuerySet[Invitation]:
    """A provider's leads, each with the state, total and id of its proposal."""
    own = Proposal.objects.filter(provider_id=provider_id, merchant_id=OuterRef("merchant_id"), invitation_id=OuterRef("pk"))
    return (
        Invitation.objects.filter(provider_id=provider_id)
        .select_related("category")
        .annotate(
            proposal_id=Subquery(own.values("pk")[:1]),
            proposal_state=Subquery(own.values("state")[:1]),
            proposal_total=Subquery(own.values("total")[:1]),
            proposal_currency=Subquery(own.values("currency")[:1]),
            proposal_expires_at=Subquery(own.values("expires_at")[:1]),
        )
    )


def proposal_of(invitation: Invitation) -> Proposal | None:
    """The proposal of a lead, for either party."""
    return Proposal.objects.filter(merchant_id=invitation.merchant_id, invitation_id=invitation.pk).first()


def invitation_for(*, provider_id: int, brief_id: int) -> Invitation | None:
    """The provider's own dealings about a need, if any."""
    return Invitation.objects.filter(provider_id=provider_id, brief_id=brief_id).first()


def open_briefs(at: datetime) -> QuerySet[PublicBrief]:
    """Open needs that take answers now."""
    return PublicBrief.objects.filter(answers_until__gt=at).select_related("category")


def applications_since(provider_id: int, at: datetime) -> int:
    """Answers to open needs within thirty days that count; needs the provider's scope."""
    found = Invitation.objects.filter(provider_id=provider_id, origin="applied", sent_at__gt=at - APPLICATION_WINDOW)
    return found.exclude(refutation="granted").count()


def free_days(since: date, until: date) -> dict[date, bool]:
    """The exceptions of the market's calendar between two days, both included."""
    found = Holiday.objects.filter(date__range=(since, until + timedelta(days=1)))
    return dict(found.values_list("date", "is_working_day"))


#: Per merchant, whose needs, invitations or proposals have something due.
DUE = """
SELECT merchant_id FROM hiring_invitation WHERE state = 'sent' AND answer_due_at <= %(at)s
UNION SELECT merchant_id FROM hiring_proposal WHERE state IN ('submitted', 'countered') AND expires_at <= %(at)s
UNION SELECT merchant_id FROM hiring_brief WHERE state = 'published' AND choose_until <= %(at)s
UNION SELECT merchant_id FROM hiring_publicbrief WHERE answers_until <= %(at)s
ORDER BY 1
"""


def merchants_due(at: datetime) -> list[int]:
    """Across tenants, ids only, as the system role."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"at": at})
        return [merchant_id for (merchant_id,) in cursor.fetchall()]
