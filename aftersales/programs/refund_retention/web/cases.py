"""Cases: list, export, one case opened to its inputs, and the platform's word recorded by hand."""

import csv
from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.programs.refund_retention import queries
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.operations import BadRequest, OutcomeKnown, record_outcome
from aftersales.programs.refund_retention.rules import INTENT_LABELS, OFFER_LABELS
from aftersales.programs.refund_retention.tasks import advance
from aftersales.programs.refund_retention.web.filters import CaseFilter
from aftersales.programs.refund_retention.web.words import TONES, case_facts, case_sentences, events
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.store.web.orders import safe_cell

PAGE = 50
COLUMNS = (
    "request order shop requested_at intent source arm offer offered currency asked state reason answer decided_at deadline_at"
    " hold_until policy_version"
).split()


class Echo:
    """A file whose write() hands the text back: the csv module's way to stream."""

    def write(self, text: str) -> str:
        return text


def dressed(cases: list[RetentionCase]) -> list[RetentionCase]:
    """Cases with the words a row shows."""
    for case in cases:
        case.tone = TONES[case.state]
        case.intent_label = INTENT_LABELS.get(case.intent, case.intent)
        case.offer_label = OFFER_LABELS.get(case.offer, "")
        case.is_by_person = case.offered_by.startswith("user:")
    return cases


@require_safe
@requires(Permission.VIEW_ORDERS)
def case_list(request: HttpRequest) -> HttpResponse:
    found = queries.cases(request.organization.pk)
    narrowed = CaseFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    dressed(page.object_list)
    context = {
        "page_obj": page,
        "filter": narrowed,
        "has_cases": page.paginator.count > 0 or found.exists(),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "refund_retention/cases.html", context)


@require_safe
@requires(Permission.EXPORT)
def case_export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, streamed in a scope of its own; cells that a spreadsheet would run are quoted."""
    response = StreamingHttpResponse(_rows(request), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="refund-retention-cases.csv"'
    return response


def _rows(request: HttpRequest) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = CaseFilter(request.GET, queryset=queries.cases(request.organization.pk), request=request).qs
        for case in found.iterator(chunk_size=2_000):
            yield writer.writerow([safe_cell(cell) for cell in _cells(case)])


def _cells(case: RetentionCase) -> list[str]:
    moments = [case.created_at, case.deadline_at, case.hold_until]
    return [
        case.request.external_ref,
        case.order.external_ref if case.order else "",
        case.request.shop.slug,
        case.requested_at.isoformat(),
        case.intent,
        case.source,
        case.arm,
        case.offer,
        format_major(case.offer_amount, case.currency),
        case.currency,
        format_major(case.asked_amount, case.currency),
        case.state,
        case.reason,
        case.answer,
        *(moment.isoformat() if moment else "" for moment in moments),
        str(case.policy_version),
    ]


@require_safe
@requires(Permission.VIEW_ORDERS)
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = queries.access_case(merchant_id=request.organization.pk, pk=pk)
    dressed([case])
    context = {
        "case": case,
        "tz": case.request.shop.timezone,
        "explanation": case_sentences(case),
        "facts": case_facts(case),
        "events": events(case),
        "may_close": case.request.outcome == "open" and Permission.RUN_PROGRAMS in request.rights,
    }
    return TemplateResponse(request, "refund_retention/case.html", context)


@require_POST
@requires(Permission.RUN_PROGRAMS)
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """A person records what the platform made of the request."""
    with scope(request.organization.pk, user_id=request.user.pk):
        case = queries.access_case(merchant_id=request.organization.pk, pk=pk)
    try:
        record_outcome(
            merchant_id=request.organization.pk,
            request_id=case.request_id,
            outcome=request.POST.get("outcome", ""),
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except (BadRequest, OutcomeKnown) as error:
        messages.error(request, str(error))
        return redirect("refund_retention:case", pk=pk)
    advance.delay(merchant_id=request.organization.pk)
    messages.success(request, _("The outcome is recorded."))
    return redirect("refund_retention:case", pk=pk)
