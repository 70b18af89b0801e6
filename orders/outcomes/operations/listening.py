"""What happens to contracts and concerns their outcomes. Called by `orders.service.events`: merchant's scope, order locked."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from orders.outcomes.clause import KIND
from orders.outcomes.errors import DecidedByMeasuring
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement
from orders.outcomes.notices import say
from orders.outcomes.operations.beginning import begin, signed_clause
from orders.outcomes.states import ENDED, OUTCOME_TABLE
from orders.service.calendar import day_of
from orders.service.events import register_on
from orders.service.models import Milestone, ServiceOrder
from orders.service.queries import signed_terms


def listen() -> None:
    """Called once, when the site starts."""
    register_on("funded", on_funded)
    register_on("started", on_started)
    register_on("delivered", on_delivered)
    register_on("closed", on_closed)
    register_on("amended", on_amended)
    for ending in ("completed", "terminated", "cancelled"):
        register_on(ending, on_ended)


def on_funded(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    if milestone is not None and milestone.kind == Milestone.Kind.STAGE:
        begin(order, milestone, by, at)


def on_started(order: ServiceOrder, _milestone: Milestone | None, by: Actor, at: datetime) -> None:
    begin(order, None, by, at)


def on_delivered(order: ServiceOrder, milestone: Milestone | None, _by: Actor, _at: datetime) -> None:
    """Otherwise silence would accept what only the result may pay."""
    found = _measured(order)
    if found is not None and milestone is not None and found.milestone_id == milestone.pk:
        day = day_of(found.settles_at).isoformat()
        text = _("This milestone is paid by its measured outcome on %(day)s. There is nothing to deliver.")
        raise DecidedByMeasuring(text % {"day": day})


def on_amended(order: ServiceOrder, _milestone: Milestone | None, _by: Actor, _at: datetime) -> None:
    """An amendment of other things goes on; what is being measured was agreed before anybody knew anything."""
    found, signed = _open_agreement(order), signed_clause(order)
    if found is not None and (signed is None or signed[0] != found.agreed):
        raise DecidedByMeasuring(_("Measuring has begun: the outcome stays as it was signed. Leave it unchanged."))


def on_closed(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """The sides shared the money out themselves, or a ruling did."""
    found = _measured(order)
    if found is not None and milestone is not None and found.milestone_id == milestone.pk:
        _stop(found, by, at)


def on_ended(order: ServiceOrder, _milestone: Milestone | None, by: Actor, at: datetime) -> None:
    found = _measured(order)
    if found is not None:
        _stop(found, by, at)


def _measured(order: ServiceOrder) -> OutcomeAgreement | None:
    """What is being measured: nothing under a contract without the clause, since an amendment cannot take it out meanwhile."""
    return _open_agreement(order) if order.signed_version and KIND in signed_terms(order).clauses else None


def _open_agreement(order: ServiceOrder) -> OutcomeAgreement | None:
    known = OutcomeAgreement.objects.filter(merchant_id=order.merchant_id, order=order)
    return known.exclude(state__in=ENDED).select_for_update().first()


def _stop(agreement: OutcomeAgreement, by: Actor, at: datetime) -> None:
    agreement.state = after(OUTCOME_TABLE, agreement.state, "stop")
    agreement.closed_at = at
    agreement.save(update_fields=["state", "closed_at"])
    metric_named(agreement.metric).end(merchant_id=agreement.merchant_id, subject=agreement.subject, at=at)
    facts = {"order_id": agreement.order_id, "outcome": agreement.pk}
    record(merchant_id=agreement.merchant_id, by=by, action="orders.outcome.stopped", facts=facts)
    say(agreement, "stopped", at=at)
