"""Bad leads: a provider says what is wrong, staff decide, and a granted one costs nothing: neither the clock nor an answer."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.errors import Incomplete, NotPossible
from orders.hiring.models import Invitation
from orders.hiring.notices import told
from orders.hiring.operations.answering import answer_key
from orders.hiring.operations.common import dealing, noted
from orders.hiring.policies import invitation_acts, require_act
from orders.hiring.queries import access_invitation
from providers.listings.shape import clean_text
from providers.scorecards.models import ScoreEvent
from providers.scorecards.operations import strike_event

#: What can be wrong with a lead.
REFUTE_REASONS = ("not_a_need", "wrong_category", "no_budget", "unreachable", "contact_bait")


def refute_lead(*, provider_id: int, invitation_id: int, reason: str, text: str, by: Actor, at: datetime) -> Invitation:
    """Claim that a lead is bad; once per lead. Incomplete, NotPossible, NotFound."""
    words = clean_text(text)[:500]
    if reason not in REFUTE_REASONS or len(words) < 10:
        raise Incomplete(_("Something is missing."), [_("Choose what is wrong, and say in a sentence how you know.")])
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        lead = found.invitation
        require_act(invitation_acts(lead, at), "refute")
        lead.refutation, lead.refute_reason, lead.refute_text, lead.refuted_at = "claimed", reason, words, at
        lead.updated_at = at
        lead.save(update_fields=["refutation", "refute_reason", "refute_text", "refuted_at", "updated_at"])
        noted(provider_id, by, "lead.refuted", {"lead": lead.pk, "title": lead.title, "reason": reason})
        return lead


def decide_refutation(*, merchant_id: int, invitation_id: int, granted: bool, answer: str, by: Actor, at: datetime) -> Invitation:
    """Staff's decision. Granted: the response time does not count, and an answer to an open need is given back.

    NotPossible when it is decided already, NotFound.
    """
    with scope(merchant_id, durable=True):
        lead = access_invitation(organization_id=merchant_id, pk=invitation_id, lock=True)
        if lead.merchant_id != merchant_id:
            raise NotFound(f"invitation {invitation_id}")
        if lead.refutation != "claimed":
            raise NotPossible(_("This is decided already."))
        lead.refutation, lead.refute_answer, lead.updated_at = "granted" if granted else "refused", clean_text(answer)[:500], at
        lead.save(update_fields=["refutation", "refute_answer", "updated_at"])
        with scope(lead.provider_id):
            _settle(lead, by, at)
        told(
            lead.provider_id, "lead.refutation_decided", {"title": lead.title, "answer": lead.refute_answer},
            url=f"/desk/leads/{lead.pk}/", key=f"lead:{lead.pk}:refutation", at=at,
        )  # fmt: skip
        return lead


def _settle(lead: Invitation, by: Actor, at: datetime) -> None:
    """Credit, in the provider's scope."""
    counted = ScoreEvent.objects.filter(provider_id=lead.provider_id, key=answer_key(lead)).values_list("pk", flat=True).first()
    if lead.refutation == "granted" and counted is not None:
        strike_event(lead.provider_id, counted, by, at)
    facts = {"lead": lead.pk, "title": lead.title, "verdict": lead.refutation}
    record(merchant_id=lead.provider_id, by=by, action="orders.lead.refutation_decided", facts=facts)
