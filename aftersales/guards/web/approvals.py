"""The approvals inbox: what waits for a second person, and what was decided."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.guards.approvals import operations, queries
from aftersales.guards.holds.operations import AlreadyDecided, NeedsSecondPerson
from aftersales.guards.models import Approval, Level
from aftersales.guards.queries import approvers, guard_settings, zone_of
from aftersales.guards.web.common import people
from aftersales.guards.web.wording import change_sentences
from aftersales.tasks import settle
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.ui.kit import Tab

PAGE = 25
#: Approvals that move money, after which payouts are sent.
PAYING = (Approval.Kind.PAYOUT, Approval.Kind.BATCH)


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id, now = request.organization.pk, timezone.now()
    waiting, decided = queries.waiting(merchant_id, now), queries.decided(merchant_id)
    history = request.GET.get("show") == "decided"
    page = Paginator(decided if history else waiting, PAGE).get_page(request.GET.get("page"))
    me, alone = person(request.user.pk).label, guard_settings(merchant_id).may_decide_alone
    context = {
        "page_obj": page,
        "rows": _rows(list(page.object_list), me=me, alone=alone, rights=request.rights),
        "history": history,
        "tabs": [
            Tab(label=_("Waiting"), url="?", active=not history, count=waiting.count()),
            Tab(label=_("Decided"), url="?show=decided", active=history),
        ],
        "alone": alone,
        "tz": zone_of(merchant_id),
        "is_single": approvers(merchant_id) < 2,
    }
    return TemplateResponse(request, "guards/approvals.html", context)


def _rows(found: list[Approval], *, me: str, alone: bool, rights: frozenset[str]) -> list[dict[str, Any]]:
    """Each request with its words, and what this reader may do with it."""
    names = people([*(a.requested_by for a in found), *(a.decided_by for a in found)])
    may_approve = Permission.APPROVE in rights
    return [
        {
            "approval": approval,
            "key": f"approval-{approval.pk}",
            "asked_by": names.get(approval.requested_by, ""),
            "decided_by": names.get(approval.decided_by, ""),
            "sentences": change_sentences(approval),
            "level": Level(approval.payload["level"]).label if "level" in approval.payload else "",
            "is_own": approval.requested_by == me,
            "may_approve": may_approve and (alone or approval.requested_by != me),
            "may_cancel": approval.requested_by == me,
        }
        for approval in found
    ]


@require_POST
@requires(Permission.APPROVE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject, with a reason for a rejection."""
    act, reason = request.POST.get("act", ""), request.POST.get("reason_text", "").strip()[:300]
    if act not in ("approve", "reject"):
        messages.error(request, _("Choose what to do with this request."))
        return redirect("guards:approvals")
    if act == "reject" and not reason:
        messages.error(request, _("Say why you reject it."))
        return redirect("guards:approvals")
    try:
        found = operations.decide(
            merchant_id=request.organization.pk,
            approval_id=pk,
            approve=act == "approve",
            reason=reason,
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
        return redirect("guards:approvals")
    if act == "approve" and found.kind in PAYING:
        settle.delay(merchant_id=request.organization.pk)
    messages.success(request, _("The decision is recorded."))
    return redirect("guards:approvals")


@require_POST
@requires(Permission.VIEW_MONEY)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    try:
        operations.cancel(merchant_id=request.organization.pk, approval_id=pk, by=person(request.user.pk), at=timezone.now())
    except (AlreadyDecided, NeedsSecondPerson) as error:
        messages.error(request, str(error))
        return redirect("guards:approvals")
    messages.success(request, _("The request is taken back."))
    return redirect("guards:approvals")
