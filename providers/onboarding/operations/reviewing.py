"""What a reviewer's verdict does to a company or to one of its categories. Called by moderation, in its transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import after
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.onboarding.changes import announce
from providers.onboarding.facts import snapshot
from providers.onboarding.models import Application, Document, Qualification
from providers.onboarding.operations.applying import send_to_review
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.queries import access_category, chosen_categories
from providers.onboarding.states import ACTS, APPLICATION, QUALIFICATION


def decide_company(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Carry a verdict on the company out. Approval confirms what is written there now, until the licence ends."""
    application = locked_application(provider_id, at)
    if application.pk != subject_id:
        raise NotFound("There is no such application.")
    verdict_facts = {"decided_at": at, "review_id": None, "reasons": list(reasons), "note": note}
    state = after(APPLICATION, application.state, ACTS[verdict])
    if ACTS[verdict] == "approve":
        change(application, state=state, **verdict_facts, **_confirmed(application, at))
        _send_waiting_categories(application, by, at)
    else:
        change(application, state=state, **verdict_facts)
    announce(provider_id, at)


def _confirmed(application: Application, at: datetime) -> dict[str, Any]:
    return {
        "verified_facts": snapshot(application),
        "verified_at": at,
        "verified_until": application.licence_until,
        "warned_for": None,
    }


def _send_waiting_categories(application: Application, by: Actor, at: datetime) -> None:
    """Categories of low risk were waiting for the company."""
    for chosen in chosen_categories(application.provider_id):
        row = chosen.qualification
        if row.state == "submitted" and row.review_id is None:
            send_to_review(application, chosen, by, at)


def decide_category(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Carry a verdict on one category out. Approval holds until the first of its papers ends."""
    locked_application(provider_id, at)
    row = access_category(provider_id=provider_id, pk=subject_id).qualification
    approved = {"approved_at": at, "approved_until": _first_end(row), "warned_for": None} if ACTS[verdict] == "approve" else {}
    _settle(row, after(QUALIFICATION, row.state, ACTS[verdict]), reasons, note, at, **approved)
    announce(provider_id, at)


def overrule_category(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Take back what a rule approved, after a second look."""
    locked_application(provider_id, at)
    row = access_category(provider_id=provider_id, pk=subject_id).qualification
    act = "overrule_reject" if verdict == "rejected" else "overrule_changes"
    _settle(row, after(QUALIFICATION, row.state, act), reasons, note, at)
    announce(provider_id, at)


def _settle(row: Qualification, state: str, reasons: Sequence[str], note: str, at: datetime, **more: Any) -> None:
    change(row, state=state, decided_at=at, review_id=None, reasons=list(reasons), note=note, **more)


def _first_end(row: Qualification) -> date | None:
    ends = Document.objects.filter(provider_id=row.provider_id, qualification=row, state="current", expires_on__isnull=False)
    return ends.order_by("expires_on").values_list("expires_on", flat=True).first()


def suspend(*, provider_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Staff stops a verified company, for a reason that is kept and told. Raises NotPossible."""
    _switch(provider_id, "suspend", reason, by, at)


def reinstate(*, provider_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Staff lets a suspended company go on. Raises NotPossible."""
    _switch(provider_id, "reinstate", reason, by, at)


def _switch(provider_id: int, act: str, reason: str, by: Actor, at: datetime) -> None:
    with scope(provider_id, durable=True):
        application = locked_application(provider_id, at)
        old = application.state
        change(application, state=after(APPLICATION, old, act), note=reason.strip(), decided_at=at)
        facts = {"old": old, "new": application.state, "why": application.note}
        record(merchant_id=provider_id, by=by, action=f"providers.application.{act}", facts=facts)
        _tell_switched(provider_id, act, application.note, at)
        announce(provider_id, at)


def _tell_switched(provider_id: int, act: str, reason: str, at: datetime) -> None:
    kind = "providers.onboarding.suspended" if act == "suspend" else "providers.onboarding.reinstated"
    tell(
        organization_id=provider_id, kind=kind, facts={"reason": reason}, url="/desk/onboarding/",
        effect_key=f"application:{act}:{at.isoformat()}", at=at,
    )  # fmt: skip
