"""A provider's leads: the inbox with its clock, one lead with everything about it, yes and no, offers, bad leads."""

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
from orders.hiring.errors import NotPossible, ProviderBlocked
from orders.hiring.models import Invitation, Proposal
from orders.hiring.needs import Need
from orders.hiring.operations import answering, proposing, refuting
from orders.hiring.operations.accepting import agree_to_counter
from orders.hiring.policies import effective_state, invitation_acts, next_for_lead, proposal_acts
from orders.hiring.queries import access_invitation, leads, proposal_of, versions_of
from orders.hiring.quotes import Quote
from orders.hiring.web.common import PER_PAGE, ZONE, reading, refused, sentences
from orders.hiring.web.filters import LeadFilter
from orders.hiring.web.proposals import proposal_context, seen, status_of
from orders.hiring.web.quoting import Quoting
from orders.hiring.web.words import DECLINED, REFUTED, need_facts, next_words, pill
from providers.onboarding.gate import may

PROVIDER = "provider"


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=PROVIDER)
def lead_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    found = LeadFilter(request.GET, queryset=_ordered(request), request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": _rows(list(page), now),
        "has_any": bool(page.paginator.count) or Invitation.objects.filter(provider_id=request.organization.pk).exists(),
        "gate": may(request.organization.pk, "bid", at=now),
        "may_export": Permission.EXPORT in request.rights,
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/leads.html", context)


def _ordered(request: HttpRequest) -> Any:
    return leads(request.organization.pk).order_by("-sent_at", "-pk")


def _rows(found: list[Any], now: Any) -> list[dict[str, Any]]:
    """Leads with what they wait for; one statement for all their proposals."""
    ids = [lead.proposal_id for lead in found if lead.proposal_id is not None]
    proposals = {each.pk: each for each in Proposal.objects.filter(provider_id=found[0].provider_id, pk__in=ids)} if ids else {}
    rows = []
    for lead in found:
        proposal = proposals.get(lead.proposal_id)
        state = effective_state(proposal, now) if proposal is not None and lead.state == "quoted" else ""
        shown = pill("proposal", state) if state else pill("lead", lead.state)
        rows.append({"lead": lead, "pill": shown, "next": next_words(next_for_lead(lead, proposal, now), reader=PROVIDER)})
    return rows


@require_safe
@requires(Permission.EXPORT, kind=PROVIDER)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    provider_id, query = request.organization.pk, request.GET.copy()

    def rows() -> Iterator[list[str]]:
        with scope(provider_id, read_only=True):
            for lead in LeadFilter(query, queryset=_ordered(request), request=request).qs.iterator():
                total = "" if lead.proposal_total is None else format_major(lead.proposal_total, lead.proposal_currency)
                yield [
                    lead.title, lead.merchant_name, lead.category.name, str(lead.get_origin_display()),
                    str(pill("lead", lead.state).text), local_datetime(lead.sent_at, ZONE),
                    "" if lead.answered_at is None else local_datetime(lead.answered_at, ZONE),
                    "" if lead.answer_minutes is None else str(lead.answer_minutes), total, lead.proposal_currency or "",
                ]  # fmt: skip

    columns = [
        _("Title"), _("Merchant"), _("Category"), _("Origin"), _("Status"), _("Received"), _("Answered"),
        _("Business minutes to answer"), _("Proposal"), _("Currency"),
    ]  # fmt: skip
    return csv_response("leads.csv", columns, rows())


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=PROVIDER)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    lead = access_invitation(organization_id=request.organization.pk, pk=pk)
    need = Need.from_json(lead.document)
    may_sell = Permission.SELL in request.rights
    context = {
        **proposal_context(request, lead, proposal_of(lead), PROVIDER, Permission.SELL),
        "need": need,
        "facts": need_facts(need),
        "acts": invitation_acts(lead, now) if may_sell else frozenset(),
        "gate": may(request.organization.pk, "bid", lead.category.slug, at=now),
        "declines": DECLINED.items(),
        "declined_for": DECLINED.get(lead.decline_reason, ""),
        "refutations": REFUTED.items(),
        "refuted_for": REFUTED.get(lead.refute_reason, ""),
    }
    return TemplateResponse(request, "hiring/lead.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELL, kind=PROVIDER)
def quote(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an offer: the first one, a changed one, or an answer to a counter-offer."""
    now = timezone.now()
    with reading(request):
        lead = access_invitation(organization_id=request.organization.pk, pk=pk)
        found = proposal_of(lead)
        acts = invitation_acts(lead, now) if found is None else proposal_acts(found, side=PROVIDER, at=now)
        is_closed = not acts & {"quote", "revise"}
        newest = Quote.from_json(versions_of(found)[0].quote) if found is not None else None
        gate = may(request.organization.pk, "bid", lead.category.slug, at=now)
    need = Need.from_json(lead.document)
    quoting = Quoting(currency=need.currency, quote=newest, data=request.POST or None)
    failed: list[str] = []
    if quoting.is_sent and quoting.is_valid():
        common: dict[str, Any] = {
            "provider_id": request.organization.pk, "invitation_id": lead.pk, "quote": quoting.quote(),
            "note": quoting.form.cleaned_data["note"], "by": person(request.user.pk), "at": now,
        }  # fmt: skip
        try:
            if found is None:
                proposing.submit_proposal(**common)
            else:
                proposing.revise_proposal(**common, seen=seen(request))
            messages.success(request, _("The proposal is sent. The merchant has seven days to answer."))
            return redirect("leads:detail", pk)
        except NotFound:
            raise
        except (NotPossible, ProviderBlocked) as error:
            refused(request, error)  # nothing that could be typed would change it
            return redirect("leads:detail", pk)
        except UserError as error:
            failed = sentences(error)
    context = {
        "lead": lead, "proposal": found, "quoting": quoting, "failed": failed, "seen": found.number if found else 0,
        "side": PROVIDER, "need": need, "facts": need_facts(need), "gate": gate,
        "is_closed": is_closed,
    }  # fmt: skip
    return TemplateResponse(request, "hiring/quote_form.html", context, status=status_of(quoting, request))


@require_POST
@requires(Permission.SELL, kind=PROVIDER)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Yes, no, withdrawn, a bad lead."""
    name, sent = request.POST.get("act", ""), request.POST
    common: dict[str, Any] = {
        "provider_id": request.organization.pk, "invitation_id": pk, "by": person(request.user.pk), "at": timezone.now(),
    }  # fmt: skip
    try:
        if name == "accept":
            answering.accept_invitation(**common)
            messages.success(request, _("You take part. Send your proposal before the time for answers is over."))
            return redirect("leads:quote", pk)
        if name == "decline":
            answering.decline_invitation(**common, reason=sent.get("reason", ""), note=sent.get("note", ""))
            messages.success(request, _("Declined. It changes neither your score nor your response time."))
        elif name == "withdraw":
            proposing.withdraw_proposal(**common)
            messages.success(request, _("Withdrawn. The merchant is told."))
        elif name == "agree":
            agree_to_counter(**common, seen=seen(request))
            messages.success(request, _("Agreed. The contract is ready: work begins when both have signed it."))
        elif name == "refute":
            refuting.refute_lead(**common, reason=sent.get("reason", ""), text=sent.get("text", ""))
            messages.success(request, _("Thank you. Our staff look at it and tell you."))
        else:
            raise Http404
    except NotFound:
        raise
    except UserError as error:
        refused(request, error)
    return redirect("leads:detail", pk)
