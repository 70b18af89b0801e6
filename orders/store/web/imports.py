"""Uploading files, watching their import, correcting what was quarantined."""

import csv
import io
import json
import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.kit import Kpi, Step
from merchants.models import Shop
from orders.store import queries
from orders.store.ingest.operations import open_batch, summary
from orders.store.ingest.problems import in_words
from orders.store.ingest.rows import ShopContext
from orders.store.models import ImportBatch
from orders.store.tasks import continue_import
from orders.store.uploads import keep
from orders.store.web.forms import CorrectionForm, PriceForm, UploadForm
from orders.store.web.orders import safe_cell

PAGE = 25
#: A number may be wrong, but is nothing a spreadsheet runs, and must stay one to be corrected.
NUMBER = re.compile(r"[+-]?[\d.,]+")
State = ImportBatch.State
STAGES = (State.STAGING, State.APPLYING, State.MATCHING, State.FINISHED)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def import_list(request: HttpRequest) -> HttpResponse:
    may_import = Permission.IMPORT in request.rights
    with scope(request.organization.pk, user_id=request.user.pk):
        form = UploadForm(request.POST or None, request.FILES or None, shops=queries.shops(request.organization.pk))
        if request.method == "POST" and form.is_valid() and may_import:
            chosen = form.cleaned_data
            return _start(request, chosen["shop"], chosen["format"], chosen["file"])
    page = Paginator(queries.batches(request.organization.pk), PAGE)
    context = {"upload_form": form, "may_import": may_import, "price_form": _price_form(request)}
    if request.method == "POST":
        with scope(request.organization.pk, user_id=request.user.pk):
            context["page_obj"] = page.get_page(1)
            return TemplateResponse(request, "imports/list.html", context, status=400 if may_import else 403).render()
    context["page_obj"] = page.get_page(request.GET.get("page"))
    return TemplateResponse(request, "imports/list.html", context)


def _price_form(request: HttpRequest) -> PriceForm:
    return PriceForm(shops=queries.shops(request.organization.pk))


def _start(request: HttpRequest, shop: Shop, format_name: str, upload: Any, corrects: int | None = None) -> HttpResponse:
    path = keep(upload, merchant_id=shop.merchant_id)
    batch = open_batch(
        shop=ShopContext.of(shop),
        path=path,
        file_name=upload.name,
        format_name=format_name,
        stored=True,
        corrects=corrects,
        by=person(request.user.pk),
    )
    if batch.stored_path != str(path):
        path.unlink()
        messages.info(request, _("This file is being imported already; here is its progress."))
    continue_import.delay_on_commit(merchant_id=shop.merchant_id, batch_id=batch.pk)
    return redirect("imports:detail", pk=batch.pk)


@require_safe
@requires(Permission.VIEW_ORDERS)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = queries.access_batch(merchant_id=request.organization.pk, pk=pk)
    may_correct = Permission.IMPORT in request.rights and batch.state == State.FINISHED
    context = {
        **_progress(batch),
        "quarantine": Paginator(queries.quarantine_of(batch), PAGE).get_page(request.GET.get("page")),
        "correction_form": CorrectionForm() if may_correct else None,
    }
    return TemplateResponse(request, "imports/detail.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    batch = queries.access_batch(merchant_id=request.organization.pk, pk=pk)
    response = TemplateResponse(request, "imports/_progress.html", _progress(batch))
    if batch.state in (State.FINISHED, State.FAILED):
        response["HX-Refresh"] = "true"
    return response


def _progress(batch: ImportBatch) -> dict[str, Any]:
    counts = summary(batch, 0)
    counts.pop("seconds")
    running = batch.state not in (State.FINISHED, State.FAILED)
    done, total, label = _position(batch)
    return {
        "batch": batch,
        "error": in_words(batch.error, batch.error_facts),
        "steps": _steps(batch),
        "is_running": running,
        "progress_done": done,
        "progress_total": total,
        "progress_label": label,
        "kpis": _kpis(counts) if batch.rows_read else [],
        "counts": counts if not running and batch.state == State.FINISHED else None,
    }


def _position(batch: ImportBatch) -> tuple[int | None, int | None, str]:
    if batch.state == State.APPLYING:
        from orders.store.ingest.staging import BUCKETS

        return batch.buckets_done, BUCKETS, _("Storing orders")
    if batch.state == State.MATCHING:
        return None, None, _("Matching refund requests to purchases")
    if batch.state == State.STAGING:
        return None, None, _("%(rows)s rows read") % {"rows": formats.number(batch.rows_read)}
    return None, None, _("Waiting for a worker")


def _steps(batch: ImportBatch) -> list[Step]:
    labels = {
        State.STAGING: _("Read the file"),
        State.APPLYING: _("Store orders"),
        State.MATCHING: _("Match refunds"),
        State.FINISHED: _("Done"),
    }
    if batch.state == State.FAILED:
        return [Step(labels[State.STAGING], "failed"), *(Step(labels[s]) for s in STAGES[1:])]
    place = STAGES.index(batch.state) if batch.state in STAGES else -1
    finished = batch.state == State.FINISHED
    return [
        Step(labels[s], "done" if i < place or finished else "current" if i == place else "todo") for i, s in enumerate(STAGES)
    ]


def _kpis(counts: dict[str, Any]) -> list[Kpi]:
    number = formats.number
    return [
        Kpi(label=_("Rows read"), value=number(counts["rows_read"]), icon="upload"),
        Kpi(label=_("Orders"), value=number(counts["orders"]), icon="orders"),
        Kpi(label=_("New lines"), value=number(counts["lines_new"]), icon="box"),
        Kpi(label=_("In quarantine"), value=number(counts["quarantined"]), icon="alert"),
    ]


@require_safe
@requires(Permission.EXPORT)
def quarantine_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The quarantined rows in the format they came in, ready to be corrected and imported again."""
    batch = queries.access_batch(merchant_id=request.organization.pk, pk=pk)
    rows = [row.raw for row in queries.quarantine_of(batch)]
    text = "\n".join(rows) + "\n" if batch.format == "jsonl" else _as_csv(rows)
    suffix = "jsonl" if batch.format == "jsonl" else "csv"
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="quarantine-{batch.pk}.{suffix}"'
    return response


def _as_csv(raws: list[str]) -> str:
    """Rows were kept as JSON objects by column; other shapes (wrong column count) keep their cells in order."""
    records = [json.loads(raw) for raw in raws]
    names = list(dict.fromkeys(name for record in records if isinstance(record, dict) for name in record if name))
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    for record in records:
        cells = [record.get(name) or "" for name in names] if isinstance(record, dict) else record
        writer.writerow([cell if NUMBER.fullmatch(str(cell)) else safe_cell(str(cell)) for cell in cells])
    return buffer.getvalue()


@require_POST
@requires(Permission.IMPORT)
def import_correction(request: HttpRequest, pk: int) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk):
        batch = queries.access_batch(merchant_id=request.organization.pk, pk=pk)
        form = CorrectionForm(request.POST, request.FILES)
        if form.is_valid():
            return _start(request, batch.shop, batch.format, form.cleaned_data["file"], corrects=batch.pk)
    messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("imports:detail", pk=pk)
