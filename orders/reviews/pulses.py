"""The monthly question of standing contracts: asked by time, answered by the merchant, three answers count like one review."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.reviews import policies
from orders.reviews.axes import stars
from orders.reviews.errors import AlreadyWritten, BadReview, TooLate
from orders.reviews.integrity import judge
from orders.reviews.models import Pulse
from orders.reviews.queries import access_pulse, due_pulses
from orders.service.models import ServiceOrder
from providers.scorecards.kinds import EventKind
from providers.scorecards.operations import record_event


def ask_pulses(*, by: Actor, at: datetime) -> int:
    """Ask about every month that is over; how many were asked. Doing it twice changes nothing."""
    return sum(_ask(merchant_id, order_id, month, by, at) for merchant_id, order_id, month in due_pulses(at))


def _ask(merchant_id: int, order_id: int, month: int, by: Actor, at: datetime) -> bool:
    with scope(merchant_id, durable=True):
        order = ServiceOrder.objects.select_for_update().get(merchant_id=merchant_id, pk=order_id)
        if order.state != "active":
            return False
        row, is_new = Pulse.objects.get_or_create(
            merchant_id=merchant_id, order=order, number=month,
            defaults={"provider_id": order.provider_id, "asked_at": at, "closes_at": at + policies.MARKING},
        )  # fmt: skip
        if is_new:
            _record(row, "asked", by)
            _tell(row, merchant_id, "asked", f"/reviews/months/{row.pk}/", at)
        return is_new


def mark_month(*, organization_id: int, pulse_id: int, mark: int, by: Actor, at: datetime) -> Pulse:
    """The merchant's mark for a month, from 1 to 5, once. Every third of a contract makes them count.

    Raises NotFound (for the provider too, who may only read it), AlreadyWritten, TooLate, BadReview.
    """
    with scope(organization_id, durable=True):
        row = access_pulse(organization_id=organization_id, pk=pulse_id, lock=True)
        if row.mark is not None:
            raise AlreadyWritten(_("You have said already how this month was."))
        if not policies.may_mark(row, "merchant", at):
            raise TooLate(_("The fourteen days for this answer are over."))
        if mark not in (1, 2, 3, 4, 5):
            raise BadReview(_("Choose a mark from 1 to 5."))
        row.mark, row.answered_at = mark, at
        row.save(update_fields=["mark", "answered_at"])
        _record(row, "answered", by)
        _count(row, at)
        with scope(row.provider_id):
            _tell(row, row.provider_id, "marked", f"/desk/reviews/months/{row.pk}/", at)
        return row


def _count(row: Pulse, at: datetime) -> None:
    """When three marks of the contract wait, their mean goes into the score, or they are left out with the reason."""
    of_order = Pulse.objects.filter(merchant_id=row.merchant_id, order_id=row.order_id, mark__isnull=False, counted_at=None)
    waiting = list(of_order.select_for_update().order_by("number")[: policies.PULSES])
    if len(waiting) < policies.PULSES:
        return
    verdict, reason = judge(row.order, at)
    of_order.filter(pk__in=[each.pk for each in waiting]).update(counted_at=at, reason=reason)
    row.counted_at, row.reason = at, reason
    if verdict != "valid":
        return
    with scope(row.provider_id):
        record_event(
            provider_id=row.provider_id, kind=EventKind.REVIEWED, at=at, subject=("pulse", row.pk), key=f"pulse:{row.pk}",
            value=stars({str(each.pk): each.mark or 0 for each in waiting}), label=f"{row.order.number} {row.order.title}",
            party_id=row.merchant_id,
        )  # fmt: skip


def _record(row: Pulse, act: str, by: Actor) -> None:
    facts = {"contract": row.order.number, "month": row.number, "mark": row.mark}
    record(merchant_id=row.merchant_id, by=by, action=f"orders.pulse.{act}", facts=facts)


def _tell(row: Pulse, owner: int, kind: str, url: str, at: datetime) -> None:
    """In the owner's scope."""
    facts = {"title": row.order.title, "n": row.number}
    tell(organization_id=owner, kind=f"reviews.{kind}", facts=facts, at=at, url=url, effect_key=f"pulse:{row.pk}:{kind}")
