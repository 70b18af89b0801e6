"""The head of every page of a contract: who acts next, until when, and the button for it where it is the reader."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.ui import formats
from marketplace.ui.deals import Button, NextAct, Portion, Stage
from marketplace.ui.deals import Side as Turn
from orders.service.calendar import ZONE
from orders.service.models import Milestone, ServiceOrder
from orders.service.policies import possible_with
from orders.service.states import CLOSED, HELD, MilestoneState
from orders.service.terms import Terms
from orders.service.web.side import may, other_party, side_of, url
from orders.service.web.words import MILESTONE_TONES, act_words, consequence


def turn_of(
    request: HttpRequest, order: ServiceOrder, terms: Terms, milestones: Sequence[Milestone], here: int | None = None
) -> NextAct:
    """As the order's own row says it. `here`: the milestone whose page this is, which needs no button to itself."""
    side, actor = side_of(request), order.next_actor
    turn: Turn = "you" if actor == side else "them" if actor in ("merchant", "provider") else actor  # type: ignore[assignment]
    return NextAct(
        side=turn,
        act=act_words(order),
        who=other_party(order, side),
        due_at=order.next_due_at,
        consequence=consequence(order, terms),
        buttons=_buttons(request, order, milestones, here) if turn == "you" else (),
    )


def _buttons(request: HttpRequest, order: ServiceOrder, milestones: Sequence[Milestone], here: int | None) -> tuple[Button, ...]:
    act = order.next_act
    if act == "accept":
        label = _("Read and sign") if may(request, "accept") else _("Read the contract")
        return (Button(label, f"{url(request, 'contract', order.pk)}#sign", "edit", is_primary=True),)
    if act in ("hand_over", "confirm"):
        return (Button(_("To the checklist"), f"{url(request, 'detail', order.pk)}#handover", "check", is_primary=True),)
    if act in ("resume", "decide_trial"):
        return (Button(_("Decide"), f"{url(request, 'detail', order.pk)}#acts", "play", is_primary=True),)
    wanted = {
        "fund": ("planned",), "review": ("delivered",), "deliver": ("funded",), "redeliver": ("changes_requested",),
        "answer_split": tuple(HELD), "divide": ("funded",),
    }.get(act, ())  # fmt: skip
    found = [each for each in milestones if each.state in wanted and (act != "divide" or each.is_measured)]
    if not found or found[0].pk == here:
        return ()
    labels = {
        "fund": pgettext("milestone", "Pay in"), "review": _("Look at it"), "deliver": pgettext("work", "Deliver"),
        "redeliver": _("Deliver again"), "answer_split": _("Look at it"), "divide": _("Look at it"),
    }  # fmt: skip
    name = "fund" if act == "fund" and may(request, "fund") else "milestone"
    return (Button(labels[act], url(request, name, found[0].pk), "arrow-right", is_primary=True),)


def stages_of(request: HttpRequest, order: ServiceOrder, milestones: Sequence[Milestone]) -> list[Stage]:
    """The milestones as a list, each with the act that is open to the reader."""
    current = next((milestone.pk for milestone in milestones if milestone.state not in CLOSED), None)
    return [_stage(request, order, milestone, milestone.pk == current) for milestone in milestones]


def _stage(request: HttpRequest, order: ServiceOrder, milestone: Milestone, is_current: bool) -> Stage:
    return Stage(
        number=milestone.position,
        name=milestone.name,
        amount=formats.money(milestone.amount, order.currency),
        status=MilestoneState(milestone.state).label,
        tone=MILESTONE_TONES[milestone.state],
        when=when_of(order, milestone),
        text=milestone.deliverable,
        url=url(request, "milestone", milestone.pk),
        is_done=milestone.state in CLOSED and milestone.state != "cancelled",
        is_current=is_current and not order.is_ended,
        buttons=_stage_buttons(request, order, milestone),
    )


def _stage_buttons(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> tuple[Button, ...]:
    open_acts = possible_with(order, milestone, side_of(request))
    if "fund" in open_acts and may(request, "fund"):
        return (Button(pgettext("milestone", "Pay in"), url(request, "fund", milestone.pk)),)
    if "deliver" in open_acts and may(request, "deliver"):
        return (Button(pgettext("work", "Deliver"), f"{url(request, 'milestone', milestone.pk)}#deliver"),)
    if "accept" in open_acts and milestone.state == "delivered" and may(request, "accept_milestone"):
        return (Button(_("Look at it"), url(request, "milestone", milestone.pk)),)
    return ()


def when_of(order: ServiceOrder, milestone: Milestone) -> str:
    """The day that matters now."""
    if milestone.state == "delivered" and milestone.auto_accept_at:
        return _("accepted by itself on %(day)s") % {"day": formats.local_datetime(milestone.auto_accept_at, ZONE)}
    if milestone.closed_at is not None:
        return _("closed on %(day)s") % {"day": formats.local_date(milestone.closed_at, ZONE)}
    if milestone.measured_until is not None:
        return _("being measured until %(day)s") % {"day": formats.local_date(milestone.measured_until, ZONE)}
    if milestone.due_at is not None:
        day = formats.local_date(milestone.due_at, ZONE)
        return _("to be paid by %(day)s") % {"day": day} if milestone.state == "planned" else _("due %(day)s") % {"day": day}
    days = milestone.basis.get("due_days")
    return _("due %(n)s days after it is paid in") % {"n": days} if days and milestone.state == "planned" else ""


def portions_of(order: ServiceOrder, milestones: Sequence[Milestone]) -> list[Portion]:
    """Where the money of the milestones is."""
    counted = [milestone for milestone in milestones if milestone.state != "cancelled"]
    total = sum(milestone.amount for milestone in counted)
    if not total:
        return []
    parts = (
        (_("Released to the provider"), sum(milestone.to_provider or 0 for milestone in counted), 2),
        (_("Held in escrow"), sum(milestone.amount for milestone in counted if milestone.state in HELD), 1),
        (_("Paid back to the merchant"), sum(milestone.to_merchant or 0 for milestone in counted), 3),
        (_("Not paid in yet"), sum(milestone.amount for milestone in counted if milestone.state == "planned"), 6),
    )
    return [
        Portion(label, formats.money(amount, order.currency), amount / total, tone) for label, amount, tone in parts if amount
    ]
