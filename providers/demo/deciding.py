"""What staff do with what waits: the demo's decisions go through moderation like any other."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.models import Review
from providers.moderation.operations import decide


def approve(provider_id: int, kind: str, subject_id: int, staff: Actor, at: datetime) -> None:
    """Approve what waits; nothing when a rule, or an earlier start, did already."""
    rule_on(provider_id, kind, subject_id, "approved", staff, at)


def rule_on(
    provider_id: int,
    kind: str,
    subject_id: int,
    verdict: str,
    staff: Actor,
    at: datetime,
    reasons: Sequence[str] = (),
    note: str = "",
) -> None:
    """Decide the waiting review of a subject, if there is one."""
    with scope(provider_id):
        waiting = Review.objects.filter(provider_id=provider_id, kind=kind, subject_id=subject_id, state="waiting")
        review_id = waiting.values_list("pk", flat=True).first()
    if review_id is not None:
        decide(provider_id=provider_id, review_id=review_id, verdict=verdict, reasons=reasons, note=note, by=staff, at=at)
