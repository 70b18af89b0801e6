"""A merchant's needs: the list, one need, writing it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime
from orders.hiring.errors import Changed
from orders.hiring.models import Brief
from orders.hiring.operations import writing
from orders.hiring.operations.inviting import places_left
from orders.hiring.policies import brief_acts, effective_state, next_for_brief, next_for_lead
from orders.hiring.queries import access_brief, briefs, invitations_of, need_of
from orders.hiring.states import LIVE, OPEN_PROPOSALS
from orders.hiring.web.common import PER_PAGE, ZONE, reading, refused, sentences
from orders.hiring.web.filters import NeedFilter
from orders.hiring.web.need_forms import NeedForm, initial_of
from orders.hiring.web.prefill import start_from
from orders.hiring.web.words import DECLINED, REFUSED, need_facts, next_words, pill

MERCHANT = "merchant"


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=MERCHANT)
def need_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = NeedFilter(request.GET, queryset=_ordered(request), request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(brief, pill("need", brief.state), _next(brief, brief.proposals, brief.invited, now)) for brief in page]
    context = {
        "filter": found,
        "page_obj": page,
        "rows": rows,
        "has_any": bool(page.paginator.count) or Brief.objects.filter(merchant_id=request.organization.pk).exists(),
        "may_hire": Permission.HIRE in request.rights,
        "may_export": Permission.EXPORT in request.rights,
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/needs.html", context)


def _ordered(request: HttpRequest) -> Any:
    return briefs(request.organization.pk, timezone.now()).order_by("-updated_at", "-pk")


def _next(brief: Brief, proposals: int, invited: int, now: Any) -> Any:
    return next_words(next_for_brief(brief, proposals=proposals, invited=invited, at=now), reader=MERCHANT)


@require_safe
@requires(Permission.EXPORT, kind=MERCHANT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    merchant_id, query = request.organization.pk, request.GET.copy()

    def rows() -> Iterator[list[str]]:
        with scope(merchant_id, read_only=True):
            for brief in NeedFilter(query, queryset=_ordered(request), request=request).qs.iterator():
                amounts = [brief.budget_min, brief.budget_max]
                yield [
                    brief.title, brief.category.name, str(pill("need", brief.state).text), str(brief.get_mode_display()),
                    *("" if each is None else format_major(each, brief.currency) for each in amounts), brief.currency,
                    str(brief.invited), str(brief.proposals),
                    *("" if each is None else local_datetime(each, ZONE) for each in (brief.published_at, brief.answers_until)),
                ]  # fmt: skip

    columns = [
        _("Title"), _("Category"), _("Status"), _("Who may answer"), _("Budget from"), _("Budget up to"), _("Currency"),
        _("Invited"), _("Proposals"), _("Published"), _("Answers until"),
    ]  # fmt: skip
    return csv_response("needs.csv", columns, rows())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HIRE, kind=MERCHANT)
def new(request: HttpRequest) -> HttpResponse:
    """Write a need; where it begins is named by the address (`?listing=`, `?program=`)."""
    if request.method != "POST":
        start = start_from(request.GET.dict())
        return _form(request, NeedForm(initial=start.initial), note=start.note)
    form = NeedForm(request.POST)
    with reading(request):
        start = start_from(request.GET.dict())
        is_valid = form.is_valid()
    if is_valid:
        try:
            made = writing.start_brief(
                merchant_id=request.organization.pk, **form.values(), source=start.source, by=person(request.user.pk),
                at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("Saved as a draft. Read it once more and publish it."))
            return redirect("hiring:detail", made.pk)
        except NotFound:
            raise
        except UserError as error:
            form.add_error(None, sentences(error))
    return _form(request, form, note=start.note, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HIRE, kind=MERCHANT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    with reading(request):
        brief = access_brief(merchant_id=request.organization.pk, pk=pk)
        if request.method != "POST":
            if "edit" not in brief_acts(brief, timezone.now()):
                return redirect("hiring:detail", pk)
            form = NeedForm(initial=initial_of(need_of(brief), brief.mode, brief.answer_days, brief.revision))
            return _form(request, form, brief=brief)
        form = NeedForm(request.POST)
        is_valid = form.is_valid()
    if is_valid:
        try:
            writing.edit_brief(
                merchant_id=request.organization.pk, brief_id=pk, **form.values(),
                revision=form.cleaned_data["revision"] or 0, by=person(request.user.pk), at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("hiring:detail", pk)
        except Changed as error:
            # The next save is made knowingly: what was typed stays, the count is the newest.
            with reading(request):
                newest = access_brief(merchant_id=request.organization.pk, pk=pk).revision
            typed = request.POST.copy()
            typed["revision"] = str(newest)
            form = NeedForm(typed)
            with reading(request):
                form.is_valid()
            form.add_error(None, _("%(error)s Saving again keeps what stands here.") % {"error": error})
        except NotFound:
            raise
        except UserError as error:
            form.add_error(None, sentences(error))
    return _form(request, form, brief=brief, status=422)


def _form(request: HttpRequest, form: NeedForm, *, brief: Brief | None = None, note: str = "", status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "hiring/need_form.html", {"form": form, "brief": brief, "note": note}, status=status)


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=MERCHANT)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the need stands, who was asked, and what came in."""
    now = timezone.now()
    brief = access_brief(merchant_id=request.organization.pk, pk=pk)
    found = invitations_of(brief, now)
    proposals = [each.proposal for each in found if each.proposal is not None]  # type: ignore[attr-defined]
    waiting = [each for each in proposals if effective_state(each, now) in OPEN_PROPOSALS]
    invited = sum(each.state in LIVE for each in found)
    context = {
        "brief": brief,
        "need": need_of(brief),
        "facts": need_facts(need_of(brief)),
        "pill": pill("need", brief.state),
        "next": _next(brief, len(waiting), invited, now),
        "acts": brief_acts(brief, now) if Permission.HIRE in request.rights else frozenset(),
        "asked": [_asked(each, now) for each in found],
        "places": places_left(brief),
        "is_sealed_now": brief.mode == "sealed" and brief.answers_until is not None and brief.answers_until > now,
        "sealed": sum(each.state == "quoted" and each.proposal is None for each in found),  # type: ignore[attr-defined]
        "comparable": len(proposals),
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/need.html", context)


def _asked(invitation: Any, now: Any) -> dict[str, Any]:
    proposal = invitation.proposal
    state = effective_state(proposal, now) if proposal is not None and invitation.state == "quoted" else ""
    why = DECLINED.get(invitation.decline_reason, "") or (REFUSED.get(proposal.decline_reason, "") if proposal else "")
    return {
        "invitation": invitation,
        "proposal": proposal,
        "pill": pill("proposal", state) if state else pill("lead", invitation.state),
        "next": next_words(next_for_lead(invitation, proposal, now), reader=MERCHANT),
        "why": why,
    }


ACTS = {
    "publish": writing.publish_brief,
    "cancel": writing.cancel_brief,
    "copy": writing.copy_brief,
}


@require_POST
@requires(Permission.HIRE, kind=MERCHANT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    try:
        made: Brief = ACTS[name](  # type: ignore[operator]
            merchant_id=request.organization.pk, brief_id=pk, by=person(request.user.pk), at=timezone.now()
        )
    except NotFound:
        raise
    except UserError as error:
        refused(request, error)
        return redirect("hiring:detail", pk)
    messages.success(request, _told(name))
    if name == "publish" and made.mode != "open" and made.asked_id is None:
        return redirect("hiring:matches", made.pk)
    return redirect("hiring:edit" if name == "copy" else "hiring:detail", made.pk)


def _told(name: str) -> str:
    return {
        "publish": _("Published. From now on it does not change: everybody reads the same."),
        "cancel": _("Withdrawn. Everybody who was part of it is told."),
        "copy": _("This is the copy. Change what is different this time."),
    }[name]
