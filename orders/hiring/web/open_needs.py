"""Open needs as providers see them: without the merchant's name, each can be answered once."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime
from orders.hiring.errors import NotPossible, ProviderBlocked
from orders.hiring.limits import APPLICATIONS
from orders.hiring.models import Invitation, PublicBrief
from orders.hiring.operations.proposing import apply
from orders.hiring.queries import access_public_brief, applications_since, invitation_for, need_of, open_briefs
from orders.hiring.web.common import PER_PAGE, ZONE, reading, refused, sentences
from orders.hiring.web.filters import OpenNeedFilter
from orders.hiring.web.proposals import status_of
from orders.hiring.web.quoting import Quoting
from orders.hiring.web.words import budget_words, need_facts
from providers.onboarding.gate import may
from providers.scorecards.models import PublicScore

PROVIDER = "provider"


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=PROVIDER)
def open_list(request: HttpRequest) -> HttpResponse:
    now, provider_id = timezone.now(), request.organization.pk
    found = OpenNeedFilter(request.GET, queryset=_ordered(now), request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    ids = [brief.pk for brief in page]
    answered = dict(Invitation.objects.filter(provider_id=provider_id, brief_id__in=ids).values_list("brief_id", "pk"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [(brief, budget_words(need_of(brief)), answered.get(brief.pk)) for brief in page],
        "has_any": bool(page.paginator.count) or open_briefs(now).exists(),
        "gate": may(provider_id, "bid", at=now),
        "may_export": Permission.EXPORT in request.rights,
        **_allowance(provider_id),
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/open_needs.html", context)


def _ordered(now: datetime) -> QuerySet[PublicBrief]:
    return open_briefs(now).order_by("-published_at", "-pk")


@require_safe
@requires(Permission.EXPORT, kind=PROVIDER)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page; whose need it is stays unsaid here too."""
    provider_id, query, now = request.organization.pk, request.GET.copy(), timezone.now()

    def rows() -> Iterator[list[str]]:
        with scope(provider_id, read_only=True):
            own = set(Invitation.objects.filter(provider_id=provider_id).values_list("brief_id", flat=True))
            for brief in OpenNeedFilter(query, queryset=_ordered(now), request=request).qs.iterator():
                yield [
                    brief.title, brief.category.name, budget_words(need_of(brief)), local_datetime(brief.published_at, ZONE),
                    local_datetime(brief.answers_until, ZONE), _("yes") if brief.pk in own else _("no"),
                ]  # fmt: skip

    columns = [_("Title"), _("Category"), _("Budget"), _("Published"), _("Answers until"), _("answered")]
    return csv_response("open-needs.csv", columns, rows())


def _allowance(provider_id: int) -> dict[str, int]:
    """How many answers to open needs the month still has."""
    level = PublicScore.objects.filter(provider_id=provider_id).values_list("level", flat=True).first() or 1
    return {"allowed": APPLICATIONS[level], "used": applications_since(provider_id, timezone.now())}


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=PROVIDER)
def open_need(request: HttpRequest, pk: int) -> HttpResponse:
    now, provider_id = timezone.now(), request.organization.pk
    brief = access_public_brief(pk)
    lead = invitation_for(provider_id=provider_id, brief_id=pk)
    if lead is not None:
        return redirect("leads:detail", lead.pk)
    takes_answers = brief.answers_until is not None and brief.answers_until > now
    need, gate = need_of(brief), may(provider_id, "bid", brief.category.slug, at=now)
    context = {
        "brief": brief,
        "need": need,
        "facts": need_facts(need),
        "gate": gate,
        "takes_answers": takes_answers,
        "may_answer": Permission.SELL in request.rights and gate.allowed and takes_answers,
        **_allowance(provider_id),
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/open_need.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELL, kind=PROVIDER)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the offer for an open need."""
    with reading(request):
        brief = access_public_brief(pk)
        need = need_of(brief)
        lead = invitation_for(provider_id=request.organization.pk, brief_id=pk)
        gate = may(request.organization.pk, "bid", brief.category.slug, at=timezone.now())
    if lead is not None:
        return redirect("leads:detail", lead.pk)
    quoting = Quoting(currency=need.currency, data=request.POST or None)
    failed: list[str] = []
    if quoting.is_sent and quoting.is_valid():
        try:
            made = apply(
                provider_id=request.organization.pk, brief_id=pk, quote=quoting.quote(),
                note=quoting.form.cleaned_data["note"], by=person(request.user.pk), at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("The proposal is sent. The merchant has seven days to answer."))
            return redirect("leads:detail", made.invitation_id)
        except NotFound:
            raise
        except (NotPossible, ProviderBlocked) as error:
            refused(request, error)  # nothing that could be typed would change it
            return redirect("leads:open_need", pk)
        except UserError as error:
            failed = sentences(error)
    context = {
        "brief": brief, "need": need, "facts": need_facts(need), "quoting": quoting, "failed": failed, "seen": 0,
        "side": PROVIDER, "gate": gate,
    }  # fmt: skip
    return TemplateResponse(request, "hiring/quote_form.html", context, status=status_of(quoting, request))
