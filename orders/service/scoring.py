"""What counts towards a provider's score, and what others ask about its orders. Registered in `apps`."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.calendar import ONE_DAY, day_of
from orders.service.models import Milestone, ServiceOrder
from orders.service.queries import signed_terms
from orders.service.states import ENDED
from providers.onboarding.circumstances import Reason
from providers.onboarding.operations.trial import order_taken
from providers.profiles.capacity import Load
from providers.scorecards.kinds import EventKind
from providers.scorecards.operations import record_event

RUNNING = ("signed", "active", "paused")


def _record(order: ServiceOrder, kind: EventKind, at: datetime, value: int, key: str) -> None:
    with scope(order.provider_id, savepoint=False):
        record_event(
            provider_id=order.provider_id, kind=kind, at=at, value=value, subject=("order", order.pk), key=key,
            label=f"{order.number} {order.title}", party_id=order.merchant_id,
        )  # fmt: skip


def ordered(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """A signed contract is an order."""
    _record(order, EventKind.ORDERED, at, 0, f"order:{order.pk}:signed")


def delivered(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Days late of the first delivery; changes have a time of their own."""
    if milestone is None or milestone.revisions_used:
        return
    late = max(0, -((milestone.due_at - at) // ONE_DAY)) if milestone.due_at else 0  # a day begun counts
    _record(order, EventKind.DELIVERED, at, late, f"milestone:{milestone.pk}:delivered")


def accepted(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Whether it took no more than the included rounds."""
    if milestone is None or milestone.kind == Milestone.Kind.VARIABLE:
        return
    included = signed_terms(order).revisions if milestone.revisions_used else None
    within = included is None or milestone.revisions_used <= included
    _record(order, EventKind.ACCEPTED, at, int(within), f"milestone:{milestone.pk}:accepted")


def ended(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """A standing service that came to its end was renewed when it ran for longer than its first term."""
    terms = signed_terms(order) if order.started_at is not None else None
    if terms is None or not terms.is_recurring or terms.recurring is None:
        return
    months = terms.recurring.period_months
    served = Milestone.objects.filter(merchant_id=order.merchant_id, order=order, kind="period", to_provider__gt=0).count()
    if served:
        first_term = -(-_first_term(order) // months)
        _record(order, EventKind.RENEWED, at, int(served > first_term), f"order:{order.pk}:renewed")


def _first_term(order: ServiceOrder) -> int:
    """Months of the shortest term as first signed."""
    from orders.service.queries import versions_of

    signed = versions_of(order).filter(merchant_accepted_at__isnull=False, provider_accepted_at__isnull=False)
    recurring = signed.earliest("number").agreed.recurring
    return recurring.min_months if recurring else 1


def orders_taken(provider_id: int) -> int:
    """Every order that was ever signed (A6)."""
    return ServiceOrder.objects.filter(provider_id=provider_id, signed_at__isnull=False).count()


def trial_order_taken(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Onboarding counts the orders that come before the deposit."""
    order_taken(provider_id=order.provider_id, at=at)


def jobs_of(provider_id: int) -> Load:
    """Jobs that run, and when the first of them ends, as far as that is agreed."""
    running = ServiceOrder.objects.filter(provider_id=provider_id, state__in=RUNNING)
    ends = running.filter(ends_at__isnull=False).order_by("ends_at").values_list("ends_at", flat=True).first()
    return Load(running.count(), day_of(ends) if ends else None)


def open_jobs(provider_id: int, at: datetime) -> Sequence[Reason]:
    """What keeps a company from leaving: contracts that are not ended, and disputes about ended ones."""
    found = ServiceOrder.objects.filter(provider_id=provider_id).exclude(state__in=[*ENDED, "drafted"]).count()
    disputed = Milestone.objects.filter(provider_id=provider_id, state="disputed", order__state__in=ENDED).count()
    if not found + disputed:
        return []
    text = _("%(n)s contracts are not ended yet. Finish them, or give notice.") % {"n": found + disputed}
    return [Reason("JOBS_OPEN", text, "/desk/jobs/")]
