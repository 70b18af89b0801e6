"""A company's contracts: the list, the same as CSV, and for providers a board and a month."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.deals import BoardCard, BoardColumn, Entry, month_of, time_left
from marketplace.ui.exports import csv_response
from marketplace.ui.kit import Tab, Tone
from orders.service.calendar import day_of, months_later, start_of
from orders.service.models import Milestone, ServiceOrder
from orders.service.states import ENDED, MilestoneState, OrderState
from orders.service.web.filters import ContractFilter, orders_of
from orders.service.web.side import other_party, side_of, url
from orders.service.web.words import MILESTONE_TONES, MODELS, ORDER_TONES, ZONE, short_act

PER_PAGE = 20
#: So many cards a column of the board shows; the list has the rest.
PER_COLUMN = 12
COLUMNS = ("sign", "fund", "work", "review", "rest")


def titles() -> dict[str, str]:
    return {
        "sign": pgettext("board", "To be signed"),
        "fund": pgettext("board", "Waits for money"),
        "work": pgettext("board", "In work"),
        "review": pgettext("board", "Being looked at"),
        "rest": pgettext("board", "Paused"),
    }


@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    side, now = side_of(request), timezone.now()
    found = ContractFilter(request.GET, request=request, side=side)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [_row(request, order, now) for order in page.object_list],
        "has_any": bool(page.paginator.count) or ServiceOrder.objects.filter(**{f"{side}_id": request.organization.pk}).exists(),
        "may_export": Permission.EXPORT in request.rights,
        "export_url": url(request, "export"),
        "tabs": views(request, "list"),
        "side": side,
    }
    return TemplateResponse(request, "service/list.html", context)


def views(request: HttpRequest, active: str) -> list[Tab]:
    """The ways a provider can look at its jobs; merchants have the list."""
    if side_of(request) == "merchant":
        return []
    names = {"list": pgettext("view", "List"), "board": pgettext("view", "Board"), "calendar": pgettext("view", "Calendar")}
    return [Tab(text, url(request, name), name == active) for name, text in names.items()]


def _row(request: HttpRequest, order: ServiceOrder, now: datetime) -> dict[str, Any]:
    side = side_of(request)
    return {
        "order": order,
        "url": url(request, "detail", order.pk),
        "other": other_party(order, side),
        "state": OrderState(order.state).label,
        "tone": ORDER_TONES[order.state],
        "is_mine": order.next_actor == side,
        "act": short_act(order),
        "model": MODELS[order.model],
    }


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    side, query, organization_id = side_of(request), request.GET.copy(), request.organization.pk

    def rows() -> Iterator[list[str]]:
        with scope(organization_id, read_only=True):
            for order in ContractFilter(query, request=request, side=side).qs.iterator():
                yield _cells(order, other_party(order, side))

    columns = [
        _("Contract number"), _("Title"), _("Company"), pgettext("terms", "Paid"),
        _("Status"), _("Currency"), _("Amount"), _("Acts next"), _("Next act"),
        pgettext("fact", "Until"), _("Created"), pgettext("contracts", "Signed on"), pgettext("contracts", "Ended on"),
    ]  # fmt: skip
    return csv_response("contracts.csv" if side == "merchant" else "jobs.csv", columns, rows())


def _cells(order: ServiceOrder, other: str) -> list[str]:
    def moment(value: datetime | None) -> str:
        return formats.local_datetime(value, ZONE) if value else ""

    return [
        order.number, order.title, other, str(MODELS[order.model]), str(OrderState(order.state).label), order.currency,
        formats.money(order.total_minor, order.currency), str(order.get_next_actor_display()), str(short_act(order)),
        moment(order.next_due_at), moment(order.created_at), moment(order.signed_at), moment(order.closed_at),
    ]  # fmt: skip


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """What is open, by where it stands."""
    now, words = timezone.now(), titles()
    open_jobs = list(orders_of(request.organization.pk, "provider").exclude(state__in=ENDED)[:500])
    columns = [_column(request, words[key], [job for job in open_jobs if _column_of(job) == key], now) for key in COLUMNS]
    context = {"columns": columns, "tabs": views(request, "board"), "is_empty": not open_jobs}
    return TemplateResponse(request, "service/board.html", context)


def _column_of(order: ServiceOrder) -> str:
    if order.state in ("drafted", "paused"):
        return {"drafted": "sign", "paused": "rest"}[order.state]
    if order.state == "signed" or order.next_act == "fund":
        return "fund"
    return "work" if order.next_act in ("deliver", "redeliver", "decide_trial", "") else "review"


def _column(request: HttpRequest, label: str, jobs: Sequence[ServiceOrder], now: datetime) -> BoardColumn:
    cards = tuple(_card(request, job, now) for job in jobs[:PER_COLUMN])
    return BoardColumn(label, cards, len(jobs), url(request, "list"))


def _card(request: HttpRequest, order: ServiceOrder, now: datetime) -> BoardCard:
    due, tone = time_left(order.next_due_at, now) if order.next_due_at else ("", "")
    return BoardCard(
        title=order.title,
        url=url(request, "detail", order.pk),
        sub=order.merchant_name,
        amount=formats.money(order.total_minor, order.currency),
        due=due,
        tone=tone,  # type: ignore[arg-type]
        side="you" if order.next_actor == "provider" else "them",
        act=short_act(order),
    )


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """What falls due in a month (`?month=2026-12`), by the market's days."""
    today = day_of(timezone.now())
    first = _month(request.GET.get("month", ""), today)
    entries = _entries(request, first - timedelta(days=7), months_later(first, 1) + timedelta(days=7), today)
    shown = month_of(first, entries, today=today, earlier=_to(months_later(first, -1)), later=_to(months_later(first, 1)))
    return TemplateResponse(request, "service/calendar.html", {"month": shown, "tabs": views(request, "calendar")})


def _month(text: str, today: date) -> date:
    if not text:
        return today.replace(day=1)
    try:
        chosen = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  a month has no zone
    except ValueError as error:
        raise Http404 from error
    if not 2000 < chosen.year < 2200:
        raise Http404
    return chosen


def _to(first: date) -> str:
    return f"?month={first:%Y-%m}"


def _entries(request: HttpRequest, since: date, until: date, today: date) -> dict[date, list[Entry]]:
    """One statement: milestones due, looked at until, or closed on a day."""
    found = Milestone.objects.select_related("order").filter(
        Q(due_at__range=(start_of(since), start_of(until))) | Q(auto_accept_at__range=(start_of(since), start_of(until))),
        provider_id=request.organization.pk,
    )
    days: dict[date, list[Entry]] = defaultdict(list)
    for milestone in found.exclude(state__in=["cancelled", "refunded"]).order_by("due_at", "pk")[:500]:
        moment = milestone.auto_accept_at if milestone.state == "delivered" else milestone.due_at
        if moment is not None:
            days[day_of(moment)].append(_entry(request, milestone, day_of(moment) < today))
    return days


def _entry(request: HttpRequest, milestone: Milestone, is_past: bool) -> Entry:
    is_late = is_past and milestone.state in ("funded", "changes_requested")
    tone: Tone = "bad" if is_late else MILESTONE_TONES[milestone.state]
    sub = _("late") if is_late else str(MilestoneState(milestone.state).label)
    return Entry(f"{milestone.order.title} · {milestone.name}", url(request, "milestone", milestone.pk), sub, tone)
