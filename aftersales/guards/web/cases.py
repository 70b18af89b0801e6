"""Differences between the books: the list with ages, one case, what people say about it, and the list as CSV."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.guards.holds.operations import AlreadyDecided
from aftersales.guards.models import CaseNote, ReconciliationCase
from aftersales.guards.queries import zone_of
from aftersales.guards.reconciliation import operations, queries
from aftersales.guards.tasks import compare
from aftersales.guards.web.common import people
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Event, Kpi, Tab
from orders.store.web.orders import safe_cell

PAGE = 50
STATES = ReconciliationCase.State
KINDS = ReconciliationCase.Kind
COLUMNS = "kind subject state currency here there since closed".split()


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id, now = request.organization.pk, timezone.now()
    ages = queries.unsettled_by_age(merchant_id, now)
    page = Paginator(_narrowed(request), PAGE).get_page(request.GET.get("page"))
    for case in page.object_list:
        case.days = (now - case.opened_at).days
    chosen = request.GET.get("state", "")
    context = {
        "page_obj": page,
        "ages": _ages(ages),
        "tabs": [
            Tab(label=_("Unsettled"), url="?", active=chosen not in STATES.values, count=sum(ages)),
            *(Tab(label=state.label, url=f"?state={state}", active=chosen == state) for state in STATES),
        ],
        "kinds": KINDS.choices,
        "kind": request.GET.get("kind", ""),
        "state": chosen,
        "last": queries.last_run(merchant_id),
        "tz": zone_of(merchant_id),
        "may_settle": Permission.RECONCILE in request.rights,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "guards/cases.html", context)


def _narrowed(request: HttpRequest) -> QuerySet[ReconciliationCase]:
    found = queries.cases(request.organization.pk)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    found = found.filter(state=state) if state in STATES.values else found.exclude(state=STATES.RESOLVED)
    return found.filter(kind=kind) if kind in KINDS.values else found


def _ages(counts: list[int]) -> list[Kpi]:
    labels = (_("Under a day"), _("Up to a week"), _("Up to a month"), _("Older"))
    tones = ("", "", "warn", "bad")
    hints = ("", "", _("look at them"), _("overdue"))
    return [
        Kpi(label=label, value=str(count), tone=tone if count else "", hint=hint if count else "")  # type: ignore[arg-type]
        for label, count, tone, hint in zip(labels, counts, tones, hints, strict=True)
    ]


@require_safe
@requires(Permission.VIEW_MONEY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = queries.access_case(merchant_id=request.organization.pk, pk=pk)
    context = {
        "case": case,
        "events": _events(case),
        "tz": zone_of(request.organization.pk),
        "may_settle": Permission.RECONCILE in request.rights and case.state != STATES.RESOLVED,
    }
    return TemplateResponse(request, "guards/case.html", context)


def _events(case: ReconciliationCase) -> list[Event]:
    notes = list(CaseNote.objects.filter(merchant_id=case.merchant_id, case=case).order_by("id"))
    names = people(note.created_by for note in notes)
    words = {"FOUND": _("The books differ"), "GONE": _("The books agree again: closed")}
    found = []
    for note in notes:
        automatic = note.text in words
        title = words.get(note.text, "") if automatic else names[note.created_by]
        found.append(Event(at=note.created_at, title=title, text="" if automatic else note.text, tone="info"))
    if case.closed_at and case.closed_by.startswith("user:"):
        who = people([case.closed_by])[case.closed_by]
        found.append(Event(at=case.closed_at, title=_("Resolved"), text=who, tone="good"))
    return sorted(found, key=lambda event: event.at)


@require_POST
@requires(Permission.RECONCILE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A comment, with or without explaining or resolving the case."""
    act, note = request.POST.get("act", ""), request.POST.get("note", "").strip()[:500]
    state = act if act in (STATES.EXPLAINED, STATES.RESOLVED) else ""
    if not note:
        messages.error(request, _("Write what you found."))
        return redirect("guards:case", pk=pk)
    try:
        operations.settle_case(
            merchant_id=request.organization.pk, case_id=pk, state=state, note=note, by=person(request.user.pk), at=timezone.now()
        )
    except AlreadyDecided as error:
        messages.info(request, str(error))
        return redirect("guards:case", pk=pk)
    messages.success(request, _("Saved."))
    return redirect("guards:case", pk=pk)


@require_POST
@requires(Permission.RECONCILE)
def compare_now(request: HttpRequest) -> HttpResponse:
    """Compare the books now; a worker does it."""
    opened = operations.open_run(merchant_id=request.organization.pk, by=person(request.user.pk), at=timezone.now())
    compare.delay(merchant_id=request.organization.pk, comparison_id=opened.pk)
    messages.success(request, _("The books are being compared; the result appears here in a moment."))
    return redirect("guards:cases")


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, streamed in a scope of its own; cells that a spreadsheet would run are quoted."""
    response = StreamingHttpResponse(_rows(request), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reconciliation.csv"'
    return response


class _Echo:
    """A file whose write() hands the text back: the csv module's way to stream."""

    def write(self, text: str) -> str:
        return text


def _rows(request: HttpRequest) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        for case in _narrowed(request).iterator(chunk_size=2_000):
            yield writer.writerow([safe_cell(cell) for cell in _cells(case)])


def _cells(case: ReconciliationCase) -> list[Any]:
    amounts = ["" if a is None else format_major(a, case.currency) for a in (case.left_amount, case.right_amount)]
    closed = case.closed_at.isoformat() if case.closed_at else ""
    return [case.kind, case.subject, case.state, case.currency, *amounts, case.opened_at.isoformat(), closed]
