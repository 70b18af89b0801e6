"""Handing work in, talking about it, asking for changes, and taking more time to look."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox import both
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.errors import BadAmounts, RevisionsUsedUp
from orders.service.events import happened
from orders.service.files import Handed, keep
from orders.service.models import ChangeRequest, Delivery, DeliveryComment, Milestone
from orders.service.operations.common import Case, change, drop_splits, locked, parties, say, settled, told
from orders.service.policies import require_milestone
from orders.service.queries import deliveries_of

EXTENSION = timedelta(days=7)
#: Changes are due as many days after they were asked for as the work had, within these bounds.
LEAST_CHANGES, MOST_CHANGES = 3, 7
MOST_COUNTED = 10_000_000


class NothingSaid(UserError):
    """An empty note where something has to be said."""


def deliver(
    *,
    organization_id: int,
    order_id: int,
    milestone_id: int,
    note: str,
    files: Sequence[Handed] = (),
    quantity: int | None = None,
    by: Actor,
    at: datetime,
) -> Delivery:
    """Hand work in. The time to look begins anew with every version. Counted services say how many units were done.

    Raises NothingSaid, BadAmounts, BadFile, NotPossible, NotYourTurn.
    """
    if not note.strip() and not files:
        raise NothingSaid(_("Say what you deliver, or add a file."))
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        state = require_milestone(case.order, milestone, case.acting, "deliver")
        _require_count(case, milestone, quantity)
        delivery = _handed_in(case, milestone, note, files, quantity, by, at)
        until = at + timedelta(days=case.terms.auto_accept_days)
        change(milestone, state=state, delivered_at=at, auto_accept_at=until)
        drop_splits(case, [milestone], by, at)
        told(case, "milestone.delivered", by, milestone, version=delivery.number, files=len(files))
        settled(case, at)
        key = f"m{milestone.pk}:d{delivery.number}"
        say(case, "milestone.delivered", at=at, key=key, milestone=milestone, until=both.moment(until))
        happened("delivered", case.order, milestone, by, at)
    return delivery


def _require_count(case: Case, milestone: Milestone, quantity: int | None) -> None:
    is_counted = case.terms.is_counted and milestone.kind != Milestone.Kind.VARIABLE
    if is_counted != (quantity is not None) or not 0 <= (quantity or 0) <= MOST_COUNTED:
        raise BadAmounts(_("Say how many were done.") if is_counted else _("Nothing is counted here."))


def _handed_in(
    case: Case, milestone: Milestone, note: str, files: Sequence[Handed], quantity: int | None, by: Actor, at: datetime
) -> Delivery:
    newest = deliveries_of(milestone).first()
    delivery = Delivery.objects.create(
        **parties(milestone), milestone=milestone, number=newest.number + 1 if newest else 1, note=note.strip(),
        quantity=quantity, created_at=at, created_by=by.label,
    )  # fmt: skip
    keep(delivery, files)
    return delivery


def comment(*, organization_id: int, order_id: int, delivery_id: int, text: str, by: Actor, at: datetime) -> DeliveryComment:
    """Say something about one version of a delivery. Raises NothingSaid, NotFound."""
    if not text.strip():
        raise NothingSaid(_("Write a comment first."))
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        delivery = Delivery.objects.filter(merchant_id=case.order.merchant_id, pk=delivery_id).first()
        if delivery is None:
            raise NotFound(_("There is no such delivery."))
        milestone = case.milestone(delivery.milestone_id)
        row = DeliveryComment.objects.create(
            **parties(milestone), delivery=delivery, side=case.acting, text=text.strip(), created_at=at, created_by=by.label
        )
        told(case, "delivery.commented", by, milestone, version=delivery.number)
        say(case, "delivery.commented", at=at, key=f"c{row.pk}", milestone=milestone)
    return row


def request_changes(
    *, organization_id: int, order_id: int, milestone_id: int, text: str, by: Actor, at: datetime
) -> ChangeRequest:
    """Ask for changes to what was delivered, within the included rounds. Raises NothingSaid, RevisionsUsedUp, NotPossible."""
    if not text.strip():
        raise NothingSaid(_("Say what should be changed."))
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        state = require_milestone(case.order, milestone, case.acting, "request_changes")
        _require_round(case, milestone)
        row = ChangeRequest.objects.create(
            **parties(milestone), milestone=milestone, delivery=_newest(milestone), number=milestone.revisions_used + 1,
            text=text.strip(), created_at=at, created_by=by.label,
        )  # fmt: skip
        days = min(MOST_CHANGES, max(LEAST_CHANGES, milestone.basis.get("due_days", MOST_CHANGES)))
        due = at + timedelta(days=days)
        change(milestone, state=state, revisions_used=row.number, due_at=due, is_late=False, auto_accept_at=None)
        drop_splits(case, [milestone], by, at)
        told(case, "milestone.changes_requested", by, milestone, round=row.number)
        settled(case, at)
        key = f"m{milestone.pk}:r{row.number}"
        say(case, "milestone.changes_requested", at=at, key=key, milestone=milestone, until=both.moment(due))
    return row


def _newest(milestone: Milestone) -> Delivery:
    found = deliveries_of(milestone).first()
    if found is None:  # a fee that follows from figures
        raise NotPossible(_("These are computed figures; nobody can redo them. Accept them, or open a dispute."))
    return found


def _require_round(case: Case, milestone: Milestone) -> None:
    included = case.terms.revisions
    if included is not None and milestone.revisions_used >= included:
        text = _("The %(n)s included rounds of changes are used up. Accept, agree on a split, or agree on more work.")
        raise RevisionsUsedUp(text % {"n": included})


def extend_review(*, organization_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """Take seven more days to look, once per milestone. Raises NotPossible."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        require_milestone(case.order, milestone, case.acting, "extend_review")
        if milestone.is_extended or milestone.auto_accept_at is None:
            raise NotPossible(_("The time to look was extended already."))
        until = milestone.auto_accept_at + EXTENSION
        change(milestone, is_extended=True, auto_accept_at=until)
        told(case, "milestone.review_extended", by, milestone, until=until.isoformat())
        settled(case, at)
        key = f"m{milestone.pk}:extended:{until:%Y%m%d}"
        say(case, "milestone.review_extended", at=at, key=key, milestone=milestone, until=both.moment(until))
    return milestone
