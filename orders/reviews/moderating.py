"""Reviews in the inbox of staff: those held for a look, and those somebody reported."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.errors import NotFound
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import Actor
from marketplace.ui.formats import local_date
from orders.reviews.axes import shown
from orders.reviews.models import PublicReview, ReviewRound
from orders.reviews.operations import decide_review, exclude_review
from orders.reviews.queries import access_round
from providers.moderation.kinds import ReviewKind, Sheet, SheetFact, register_kind
from providers.moderation.reportable import Reportable, ReportSubject, register_reportable
from providers.profiles.models import PublicProvider

KIND = "contract_review"
ZONE = MARKET_ZONE


def register() -> None:
    """Called when the site starts."""
    register_kind(
        ReviewKind(
            name=KIND, label=pgettext_lazy("review kind", "Review of a contract"), decide=decide, render=sheet, is_told=False,
            verdicts={"approved": gettext_lazy("It counts"), "rejected": gettext_lazy("It stays excluded")},
        )
    )  # fmt: skip
    register_reportable(
        Reportable(
            name="review", label=pgettext_lazy("review kind", "Review of a contract"), find=find_review, uphold=take_down,
            is_also_for_its_owner=True,
        )
    )  # fmt: skip


def decide(provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime) -> None:
    """The desk's verdict on a held review; in its transaction and the provider's scope."""
    row = access_round(organization_id=provider_id, pk=subject_id)
    text = note or str(_("It counts"))
    decide_review(
        merchant_id=row.merchant_id, round_id=row.pk, is_valid=verdict == "approved", text=text, by=by, at=at
    )  # fmt: skip


def sheet(provider_id: int, subject_id: int) -> Sheet:
    """What a person has to know to decide: why it was held, the marks, both sides' words."""
    row = access_round(organization_id=provider_id, pk=subject_id)
    facts = [SheetFact(_("Why it was held"), row.get_reason_display()), *_parties(row)]
    facts += [SheetFact(label, f"{mark} / 5") for label, mark in shown(row.merchant_axes)]  # type: ignore[arg-type]
    facts += [SheetFact(_("The merchant's review"), row.merchant_text or "–")]
    facts += [SheetFact(_("The provider's review"), row.provider_text or "–")]
    return Sheet(facts=facts)


def _parties(row: ReviewRound) -> list[SheetFact]:
    order = row.order
    return [
        SheetFact(_("Contract"), f"{order.number} {order.title}"),
        SheetFact(_("Merchant"), order.merchant_name),
        SheetFact(_("Service provider"), order.provider_name),
        SheetFact(_("Contract ended"), local_date(order.closed_at, ZONE) if order.closed_at else "–"),
    ]


def find_review(slug: str) -> ReportSubject:
    """A published review by its number, as it stands on the provider's page."""
    found = PublicReview.objects.filter(round_id=int(slug)).first() if slug.isdecimal() and len(slug) < 18 else None
    if found is None:
        raise NotFound(slug)
    provider = PublicProvider.objects.filter(provider_id=found.provider_id).first()
    url = f"{reverse('market:provider', args=[provider.slug])}#review-{found.round_id}" if provider else ""
    day = local_date(found.published_at, ZONE)
    return ReportSubject(found.provider_id, found.round_id, _("Review of %(day)s") % {"day": day}, url)


def take_down(provider_id: int, subject_id: int, note: str, by: Actor, at: datetime) -> None:
    """A report was right: the review counts no more, and its words go."""
    row = access_round(organization_id=provider_id, pk=subject_id)
    exclude_review(merchant_id=row.merchant_id, round_id=row.pk, text=note or str(_("A report was right.")), by=by, at=at)
