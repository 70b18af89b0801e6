"""A kind of review for tests. What its handler does is a row in the audit, so that a rolled-back decision leaves none."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from marketplace.audit.models import AuditEvent
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from providers.moderation import kinds
from providers.moderation.kinds import ReviewKind, Sheet, SheetFact
from providers.moderation.models import Review
from providers.moderation.operations import open_review

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)  # 10:00 in Shanghai
CARRIED_OUT = "probe.carried_out"


def carry_out(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    record(
        merchant_id=provider_id, by=by, action=CARRIED_OUT,
        facts={"subject": subject_id, "verdict": verdict, "reasons": list(reasons), "note": note},
    )  # fmt: skip


def sheet(_provider_id: int, subject_id: int) -> Sheet:
    return Sheet(facts=[SheetFact("Subject", f"probe {subject_id}")])


KIND = ReviewKind(name="probe", label="Probe", decide=carry_out, render=sheet, reasons=("blurred", "incomplete"))


@contextmanager
def registered(**changes: object) -> Iterator[ReviewKind]:
    """The kind `probe` for as long as the test runs."""
    kind = replace(KIND, **changes)
    kinds.register_kind(kind)
    try:
        yield kind
    finally:
        kinds._kinds.pop(kind.name)


def hand_in(
    provider_id: int, *, subject: int = 1, risk: str = "normal", by: Actor | None = None, at: datetime = MONDAY
) -> Review:
    with scope(provider_id):
        pk = open_review(
            provider_id=provider_id, kind="probe", subject_id=subject, risk=risk, title=f"Probe {subject}", at=at,
            by=by or person(1),
        )  # fmt: skip
        return Review.objects.get(pk=pk)


def again(review: Review) -> Review:
    """The row as it is now."""
    with scope(review.provider_id):
        return Review.objects.get(pk=review.pk)


def carried_out(provider_id: int) -> list[dict[str, object]]:
    """What the handler did, and what stayed."""
    with scope(provider_id):
        return list(AuditEvent.objects.filter(action=CARRIED_OUT).order_by("id").values_list("facts", flat=True))
