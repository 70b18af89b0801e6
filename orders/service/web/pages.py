"""One contract: where it stands, its milestones, its wording in every version, and one milestone with what was delivered."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from orders.service.contracts import Paragraph, wording
from orders.service.counting import counted
from orders.service.models import ChangeRequest, ContractVersion, DeliveryComment, DeliveryFile, Milestone, ServiceOrder
from orders.service.policies import is_too_late, possible, possible_with, waits_for_a_word
from orders.service.queries import (
    access_milestone,
    access_order,
    deliveries_of,
    handover_of,
    milestones_of,
    note_terms,
    open_split,
    signed_terms,
    versions_of,
)
from orders.service.states import MilestoneState, OrderState
from orders.service.terms import Terms
from orders.service.web.autopay_card import autopay_card
from orders.service.web.buying import trial_of
from orders.service.web.forms import forms_for
from orders.service.web.sheet import changed_only, compared, lines_of
from orders.service.web.side import may, other_party, side_of, url
from orders.service.web.turns import portions_of, stages_of, turn_of, when_of
from orders.service.web.words import MILESTONE_TONES, MODELS, ORDER_TONES, ZONE
from providers.onboarding.gate import trial as trial_verdict


def frame(request: HttpRequest, order: ServiceOrder, here: int | None = None) -> dict[str, Any]:
    """What every page of a contract shows: its head, who acts next, and the way back."""
    side, terms, milestones = side_of(request), signed_terms(order), list(milestones_of(order))
    return {
        "order": order,
        "terms": terms,
        "milestones": milestones,
        "side": side,
        "other": other_party(order, side),
        "state": OrderState(order.state).label,
        "tone": ORDER_TONES[order.state],
        "turn": turn_of(request, order, terms, milestones, here),
        "zone": ZONE,
        "urls": {name: url(request, name, order.pk) for name in ("detail", "contract", "pdf")},
        "list_url": url(request, "list"),
    }


#: Acts that have a button on the card "More you can do"; the others stand where their object is.
ON_THE_CARD = {"continue_trial", "resume", "withdraw_notice", "pause", "end_trial", "give_notice", "cancel"}


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = access_order(organization_id=request.organization.pk, pk=pk)
    versions = list(versions_of(order)[:5])
    note_terms(order, versions)
    context = frame(request, order)
    side, milestones = context["side"], context["milestones"]
    open_acts = {act for act in possible(order, side) if may(request, act)}
    may_end_late = "cancel_late" in open_acts and _is_too_late(order, milestones, context["terms"])
    context |= {
        "stages": stages_of(request, order, milestones),
        "portions": portions_of(order, milestones),
        "model": MODELS[order.model],
        "acts": open_acts,
        "may_end_late": may_end_late,
        "has_more": may_end_late or bool(open_acts & ON_THE_CARD) or ("revise" in open_acts and order.signed_at is not None),
        "handover": _handover(request, order),
        "versions": versions,
        "forms": forms_for(order),
        "autopay": autopay_card(request, order, context["terms"]),
    }
    return TemplateResponse(request, "service/detail.html", context)


def _is_too_late(order: ServiceOrder, milestones: list[Milestone], terms: Terms) -> bool:
    """Whether cancelling because of lateness would be accepted now."""
    now = timezone.now()
    late = any(is_too_late(order, milestone, terms.late_days, now) for milestone in milestones)
    return late and not any(waits_for_a_word(milestone) for milestone in milestones)


def _handover(request: HttpRequest, order: ServiceOrder) -> list[dict[str, Any]]:
    side, has_right = side_of(request), may(request, "hand_over")
    return [
        {
            "item": item,
            "is_ours": item.side == side,
            "may_do": has_right and item.side == side and item.done_at is None,
            "may_confirm": has_right and item.side != side and item.done_at is not None and item.confirmed_at is None,
        }
        for item in handover_of(order)
    ]


@require_safe
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """The wording (`?v=2`; without it the one to be signed, or the one in force), and what changed against another (`?old=1`)."""
    order = access_order(organization_id=request.organization.pk, pk=pk)
    versions = list(versions_of(order))
    note_terms(order, versions)
    version = _numbered(request, "v", versions) or next(each for each in versions if each.number == order.offered_version)
    old = _numbered(request, "old", versions) or next((each for each in versions if each.number == version.number - 1), None)
    context = frame(request, order)
    side = context["side"]
    is_offer = version.number == order.offered_version and version.number != order.signed_version and not order.is_ended
    context |= {
        "version": version,
        "versions": versions,
        "old": old,
        "lines": lines_of(version.agreed),
        "changes": changed_only(compared(old.agreed, version.agreed)) if old is not None else [],
        "is_offer": is_offer,
        "is_in_force": version.number == order.signed_version,
        "may_sign": is_offer
        and version.accepted_at(side) is None
        and "accept" in possible(order, side)
        and may(request, "accept"),
        "waits_for_other": is_offer and version.accepted_at(side) is not None,
        "may_change": is_offer_or_signed(order) and "revise" in possible(order, side) and may(request, "revise"),
        "signs": _signs(order, version),
        "trial": trial_before(order) if not order.signed_version and not order.is_ended else None,
        "wording": wording_of(version),
    }
    return TemplateResponse(request, "service/contract.html", context)


def trial_before(order: ServiceOrder) -> dict[str, int] | None:
    """What is left of the provider's trial before this contract is signed."""
    return trial_of(trial_verdict(order.provider_id, order.category, at=timezone.now()))


def is_offer_or_signed(order: ServiceOrder) -> bool:
    return not order.is_ended


def wording_of(version: ContractVersion) -> list[Paragraph]:
    """The numbered clauses of the wording the version stands in, in the reader's language."""
    return wording(version.template, version.agreed)


def _numbered(request: HttpRequest, name: str, versions: list[ContractVersion]) -> ContractVersion | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    found = next((version for version in versions if str(version.number) == text), None)
    if found is None:
        raise Http404
    return found


def _signs(order: ServiceOrder, version: ContractVersion) -> list[dict[str, Any]]:
    names = {"merchant": order.merchant_name, "provider": order.provider_name}
    return [{"name": names[side], "side": side, "at": version.accepted_at(side)} for side in ("merchant", "provider")]


@require_safe
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    order, found = access_milestone(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "service/milestone.html", milestone_context(request, order, found))


def milestone_context(request: HttpRequest, order: ServiceOrder, found: Milestone) -> dict[str, Any]:
    """Everything about one milestone; a form that was sent with a mistake replaces its fresh one."""
    context = frame(request, order, here=found.pk)
    side = context["side"]
    open_acts = {act for act in possible_with(order, found, side) if may(request, RIGHT_NAMES.get(act, act))}
    split = open_split(found)
    context |= {
        "milestone": found,
        "milestone_state": MilestoneState(found.state).label,
        "milestone_tone": MILESTONE_TONES[found.state],
        "when": when_of(order, found),
        "deliveries": _deliveries(found, side),
        "acts": open_acts,
        "split": split,
        "split_is_ours": split is not None and split.proposed_by == side,
        "may_comment": may(request, "comment") and not order.is_ended,
        "rounds_left": _rounds_left(context["terms"], found),
        "forms": forms_for(order, found),
        "counts": [
            (each.text, each.merchant_page if side == "merchant" else each.provider_page) for each in counted(order, found)
        ],
        "milestone_url": url(request, "milestone", found.pk),
        "list_url": url(request, "list"),
    }
    return context


#: Acts on milestones whose right has another name.
RIGHT_NAMES = {"accept": "accept_milestone"}


def _rounds_left(terms: Terms, found: Milestone) -> int | None:
    return None if terms.revisions is None else max(0, terms.revisions - found.revisions_used)


def _deliveries(found: Milestone, side: str) -> list[dict[str, Any]]:
    """Newest first, each with its files, what was said about it, and the changes asked for. Four statements."""
    deliveries = list(deliveries_of(found))
    known = {"merchant_id": found.merchant_id, "delivery__in": deliveries}
    files = _by_delivery(DeliveryFile.objects.filter(**known).order_by("pk"))
    comments = _by_delivery(DeliveryComment.objects.filter(**known).order_by("pk"))
    rounds = _by_delivery(ChangeRequest.objects.filter(**known).order_by("number"))
    return [
        {
            "delivery": delivery,
            "files": files.get(delivery.pk, []),
            "comments": [(row, row.side == side) for row in comments.get(delivery.pk, [])],
            "rounds": rounds.get(delivery.pk, []),
            "is_newest": number == 0,
        }
        for number, delivery in enumerate(deliveries)
    ]


def _by_delivery(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.delivery_id, []).append(row)
    return found
