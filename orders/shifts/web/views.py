"""Shifts of one contract on both consoles: its weeks, one of them, handing in, deciding, taking along."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime
from orders.service.models import ServiceOrder
from orders.service.web.side import other_party, side_of
from orders.shifts import operations, queries
from orders.shifts.clock import WHOLE, Rule
from orders.shifts.lines import MINUTE, Shown, shown
from orders.shifts.models import Timesheet
from orders.shifts.web.forms import HandInForm

PAGE = 20
NAMESPACES = {"merchant": "shifts", "provider": "desk_shifts"}
TONES = {"review": "warn", "objected": "bad", "accepted": "good"}


def url(request: HttpRequest, name: str, pk: int) -> str:
    return reverse(f"{NAMESPACES[side_of(request)]}:{name}", args=[pk])


def _frame(request: HttpRequest, order: ServiceOrder) -> dict[str, Any]:
    side = side_of(request)
    return {
        "order": order, "side": side, "other": other_party(order, side), "zone": MARKET_ZONE, "idle": Rule().idle // MINUTE,
        "order_url": f"/contracts/{order.pk}/" if side == "merchant" else f"/desk/jobs/{order.pk}/",
        "weeks_url": url(request, "weeks", order.pk), "may_export": Permission.EXPORT in request.rights,
    }  # fmt: skip


def _row(request: HttpRequest, row: Timesheet) -> dict[str, Any]:
    return {"sheet": row, "url": url(request, "week", row.pk), "tone": TONES[row.state], "shifts": row.parts / WHOLE}


def _weeks(request: HttpRequest, pk: int, form: HandInForm | None = None) -> HttpResponse:
    order = queries.access_shift_order(organization_id=request.organization.pk, pk=pk)
    page = Paginator(queries.timesheets_of(order), PAGE).get_page(request.GET.get("page"))
    may_hand_in = side_of(request) == "provider" and Permission.DELIVER in request.rights
    weeks = queries.weeks_to_hand_in(order, timezone.now()) if may_hand_in else []
    context = {
        **_frame(request, order), "page_obj": page, "rows": [_row(request, row) for row in page], "weeks": weeks,
        "may_hand_in": may_hand_in, "form": form or (HandInForm(weeks=weeks) if weeks else None),
        "accepted": queries.accepted_shifts(order),
    }  # fmt: skip
    return TemplateResponse(request, "shifts/weeks.html", context, status=422 if form is not None else 200)


@require_safe
def weeks(request: HttpRequest, pk: int) -> HttpResponse:
    return _weeks(request, pk)


@require_http_methods(["POST"])
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The provider hands in a week; what is wrong with its files stands in the form."""
    provider_id = request.organization.pk
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        order = queries.access_shift_order(organization_id=provider_id, pk=pk)
        form = HandInForm(request.POST, request.FILES, weeks=queries.weeks_to_hand_in(order, timezone.now()))
    if form.is_valid():
        try:
            roster, events = form.contents()
            row = operations.hand_in(
                provider_id=provider_id, order_id=pk, week=form.cleaned_data["week"], roster=roster, events=events,
                by=person(request.user.pk), at=timezone.now(),
            )  # fmt: skip
        except NotFound:
            raise
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The week is handed in. The merchant has until Thursday night to look at it."))
            return redirect(url(request, "week", row.pk))
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        return _weeks(request, pk, form)


@require_safe
def week(request: HttpRequest, pk: int) -> HttpResponse:
    """One week: every shift with what its agent's ticket events say, and what can be done about it."""
    sheet = queries.access_timesheet(organization_id=request.organization.pk, pk=pk)
    may_decide = side_of(request) == "merchant" and Permission.HIRE in request.rights
    context = {
        **_frame(request, sheet.order), "sheet": sheet, "tone": TONES[sheet.state], "shifts": sheet.parts / WHOLE, "WHOLE": WHOLE,
        "lines": [(line, _bar(line)) for line in map(shown, sheet.lines)], "may_accept": may_decide and sheet.state != "accepted",
        "may_object": may_decide and sheet.state == "review", "act_url": url(request, "week", pk),
        "csv_url": url(request, "csv", pk),
    }  # fmt: skip
    return TemplateResponse(request, "shifts/week.html", context)


def _bar(line: Shown) -> tuple[float, float]:
    """Where presence begins within the planned shift, and how long it is, in percent."""
    if line.clock_in is None:
        return 0.0, 0.0
    begun = max(line.clock_in, line.starts_at) - line.starts_at
    return round(100 * (begun / MINUTE) / line.planned, 2), round(100 * line.present / line.planned, 2)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The merchant accepts a week or objects to it."""
    sent = request.POST
    version = sent.get("version", "")
    common: dict[str, Any] = {
        "merchant_id": request.organization.pk, "timesheet_id": pk, "by": person(request.user.pk), "at": timezone.now(),
        "version": int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 0,
    }  # fmt: skip
    try:
        if sent.get("act") == "accept":
            operations.accept(**common)
            messages.success(request, _("The week is accepted."))
        elif sent.get("act") == "object":
            operations.object_to(**common, reason=sent.get("reason", ""))
            messages.success(request, _("The provider is told. The week counts for nothing until you agree."))
        else:
            raise Http404
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    return redirect(url(request, "week", pk))


@require_safe
def week_csv(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The shifts of one week."""
    sheet = queries.access_timesheet(organization_id=request.organization.pk, pk=pk)
    columns = [
        _("Agent"), _("Planned from"), _("Planned until"), _("Clock-in"), _("Clock-out"), _("Minutes present"),
        _("Minutes active"), _("Minutes late"), _("Tickets"), _("Part of a shift"),
    ]  # fmt: skip

    def rows() -> Iterator[list[str]]:
        for line in map(shown, sheet.lines):
            moments = (line.starts_at, line.ends_at, line.clock_in, line.clock_out)
            counts = (line.present, line.active, line.late, line.tickets)
            yield [
                line.agent, *(local_datetime(each, MARKET_ZONE) if each else "" for each in moments), *map(str, counts),
                f"{line.parts / WHOLE:.4f}",
            ]  # fmt: skip

    return csv_response(f"shifts-{sheet.week.isoformat()}.csv", columns, rows())
