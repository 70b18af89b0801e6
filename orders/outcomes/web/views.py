"""Measured outcomes, for both sides: the list, one with its result, and the buyers behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.charts import Chart, Estimate, IntervalChart
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime, money, number
from marketplace.ui.kit import Kpi
from orders.outcomes import queries
from orders.outcomes.contract import describe
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement, OutcomeRow
from orders.outcomes.web.filters import OutcomeFilter, RowFilter
from orders.outcomes.web.side import TZ, order_url, side_of, url
from orders.outcomes.web.words import CONTROL, TONES, TREATED, VERDICT_TONES, account, callout, lines
from orders.service.queries import signed_terms

PAGE, ROWS = 25, 25


@require_safe
def outcome_list(request: HttpRequest) -> HttpResponse:
    side, organization_id = side_of(request), request.organization.pk
    known = queries.agreements(organization_id, side=side)
    found = OutcomeFilter(request.GET, queryset=known, request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [_row(request, row) for row in page.object_list],
        "has_any": bool(page.paginator.count) or known.exists(),
        "side": side,
        "tz": TZ,
        "may_export": Permission.EXPORT in request.rights,
        "export_url": url(request, "export"),
    }
    return TemplateResponse(request, "outcomes/list.html", context)


def _row(request: HttpRequest, row: OutcomeAgreement) -> dict[str, Any]:
    return {
        "outcome": row,
        "url": url(request, "outcome", row.pk),
        "other": row.order.provider_name if side_of(request) == "merchant" else row.order.merchant_name,
        "label": metric_named(row.metric).label,
        "tone": TONES[row.state],
    }


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as CSV, narrowed as on the page."""
    side, query, organization_id = side_of(request), request.GET.copy(), request.organization.pk
    columns = [
        _("Contract"), _("Title"), _("Outcome"), _("Status"), _("Result"), _("Begun"), _("Result on"), _("Buyers so far"),
        _("Currency"), _("Incremental value"), _("Variable fee"),
    ]  # fmt: skip

    def rows() -> Iterator[Sequence[str]]:
        with scope(organization_id, read_only=True):
            for row in OutcomeFilter(query, queryset=queries.agreements(organization_id, side=side)).qs.iterator():
                yield _cells(row)

    return csv_response("outcomes.csv", columns, rows())


def _cells(row: OutcomeAgreement) -> list[str]:
    return [
        row.order.number, row.order.title, str(metric_named(row.metric).label), str(row.get_state_display()),
        str(row.get_verdict_display()), local_datetime(row.started_at, TZ), local_datetime(row.settles_at, TZ), str(row.eligible),
        row.currency, _major(row.value, row.currency), _major(row.fee, row.currency),
    ]  # fmt: skip


def _major(amount: int | None, currency: str) -> str:
    return "" if amount is None else format_major(amount, currency)


@require_safe
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """One outcome: what was agreed, where it stands, its result and the buyers behind it."""
    found = queries.access_agreement(organization_id=request.organization.pk, pk=pk)
    side, metric = side_of(request), metric_named(found.metric)
    may_export = Permission.EXPORT in request.rights
    context = {
        "outcome": found,
        "order": found.order,
        "label": metric.label,
        "side": side,
        "tz": TZ,
        "tone": TONES[found.state],
        "verdict_tone": VERDICT_TONES.get(found.verdict, ""),
        "callout": callout(found),
        "kpis": _kpis(found),
        "progress": min(found.eligible, _least(found)),
        "least": _least(found),
        "clause_lines": describe(found.clause, signed_terms(found.order)),
        "lines": lines(found.reading, found.currency) if found.reading else [],
        "steps": account(found) if found.reading else [],
        "chart": _chart(found),
        "so_far": _so_far(found, side),
        "list_url": url(request, "list"),
        "order_url": order_url(request, found.order_id),
        "rows_csv_url": url(request, "rows_csv", found.pk) if may_export and found.shows_arms else "",
        "treated_url": reverse("outcomes:treated", args=[found.pk]) if may_export and _passes_on(found, side) else "",
    }
    return TemplateResponse(request, "outcomes/outcome.html", context | _rows(request, found, side))


def _least(found: OutcomeAgreement) -> int:
    """Buyers in all from which on the smaller of the two groups is expected to be large enough."""
    clause = found.agreed
    return round(clause.min_sample / min(clause.holdout_share, 1 - clause.holdout_share))


def _passes_on(found: OutcomeAgreement, side: str) -> bool:
    return side == "merchant" and found.state == "measuring" and metric_named(found.metric).is_steered_by_merchant


def _kpis(found: OutcomeAgreement) -> list[Kpi]:
    clause, code = found.agreed, found.currency
    counted = local_datetime(found.counted_at, TZ) if found.counted_at else _("not counted yet")
    fee = money(found.fee, code) if found.fee is not None else "–"
    held = _("held in advance") if clause.milestone else _("charged afterwards")
    known = str(found.get_verdict_display()) or _("known on the day of the result")
    return [
        Kpi(_("Buyers so far"), number(found.eligible), _("both groups · %(at)s") % {"at": counted}, "users"),
        Kpi(_("Smallest group"), number(clause.min_sample), _("needed for a result"), "check"),
        Kpi(_("Most it can pay"), money(clause.cap_minor, code), held, "lock"),
        Kpi(_("Variable fee"), fee, known, "coins"),
    ]


def _chart(found: OutcomeAgreement) -> Chart | None:
    """The difference of the groups with its interval."""
    clause = found.agreed
    part = found.part("value" if clause.basis == "value" else "rate")
    if not part or found.verdict in ("blocked", "too_few"):
        return None
    item = Estimate(_("Treated less control"), part["estimate"], part["low"], part["high"], 1)
    if clause.basis == "value":
        return IntervalChart(title=_("Difference per buyer"), items=[item], currency=found.currency, category_name=_("Group"))
    return IntervalChart(title=_("Difference of the successes"), items=[item], is_share=True, category_name=_("Group"))


def _so_far(found: OutcomeAgreement, side: str) -> list[Any]:
    """What the merchant's own data say meanwhile. Never for the provider."""
    if side != "merchant" or found.state != "measuring" or found.counted_at is None:
        return []
    return lines(asdict(queries.so_far(found)), found.currency)


def _rows(request: HttpRequest, found: OutcomeAgreement, side: str) -> dict[str, Any]:
    if not found.shows_arms:
        return {"filter": None, "page_obj": None}
    narrowed = RowFilter(request.GET, queryset=queries.rows_of(found, side=side), request=request)
    page = Paginator(narrowed.qs, ROWS).get_page(request.GET.get("page"))
    names = queries.buyers_of(list(page.object_list)) if side == "merchant" else {}
    arms = {"treatment": TREATED, "holdout": CONTROL}
    rows = [(row, arms[row.arm], names.get(row.pk)) for row in page.object_list]
    return {"filter": narrowed, "page_obj": page, "behind": rows}


@require_safe
def rows_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The buyers behind a result: by number for the provider, with their customer numbers for the merchant."""
    organization_id, side, query = request.organization.pk, side_of(request), request.GET.copy()
    found = queries.access_agreement(organization_id=organization_id, pk=pk)
    if not found.shows_arms:
        raise Http404
    columns = [pgettext("outcome", "Row"), _("Group"), _("Counts from"), _("Success"), _("Value"), _("Currency")]
    if side == "merchant":
        columns.append(_("Customer number"))

    def rows() -> Iterator[Sequence[str]]:
        with scope(organization_id, read_only=True):
            for chunk in _chunks(RowFilter(query, queryset=queries.rows_of(found, side=side)).qs):
                names = queries.buyers_of(chunk) if side == "merchant" else {}
                for row in chunk:
                    yield _row_cells(row, found.currency) + ([names[row.pk].external_ref] if side == "merchant" else [])

    return csv_response(f"outcome-{found.pk}.csv", columns, rows())


def _chunks(found: Any, size: int = 2_000) -> Iterator[list[OutcomeRow]]:
    chunk: list[OutcomeRow] = []
    for row in found.iterator(chunk_size=size):
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _row_cells(row: OutcomeRow, currency: str) -> list[str]:
    group = TREATED if row.arm == "treatment" else CONTROL
    success = _("Yes") if row.succeeded else _("No")
    return [
        str(row.number),
        str(group),
        local_datetime(row.eligible_at, TZ),
        success,
        format_major(row.value, currency),
        currency,
    ]


@require_safe
def treated_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Whom the merchant's systems pass on to the work: customer numbers of the treated. Never the provider's to open."""
    found = queries.access_agreement(organization_id=request.organization.pk, pk=pk)
    if not _passes_on(found, side_of(request)):
        raise Http404
    organization_id = request.organization.pk

    def rows() -> Iterator[Sequence[str]]:
        with scope(organization_id, read_only=True):
            for reference in metric_named(found.metric).treated(found.population):
                yield [reference]

    return csv_response(f"treated-{found.pk}.csv", [_("Customer number")], rows())
