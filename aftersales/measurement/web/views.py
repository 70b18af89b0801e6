"""Report pages: what a program truly earned."""

import csv
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales.measurement import keeping, queries
from aftersales.measurement.metrics import metrics_of
from aftersales.measurement.models import Experiment
from aftersales.measurement.reports import Report, report_of
from aftersales.measurement.tasks import refresh
from aftersales.measurement.web import charts, rows, wording
from aftersales.models import ProgramPolicy
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound
from marketplace.outbox.directory import zone
from marketplace.ui.formats import number
from marketplace.ui.kit import Kpi, Tab
from marketplace.ui.labels import program_label
from orders.store.web.orders import safe_cell


@require_safe
@requires(Permission.VIEW_ORDERS)
def report(request: HttpRequest, program: str) -> HttpResponse:
    """The report of a program's newest experiment, or of the one `?version=` names."""
    experiment, tz = _experiment(request, program), zone(request.organization.pk)
    found, is_coming = _measured(experiment, tz)
    context: dict[str, Any] = {
        "title": program_label(program), "tz": tz, "report": found, "program": program, "is_coming": is_coming,
    }  # fmt: skip
    if found is not None and experiment is not None:
        context |= _shown(found) | {
            "versions": _versions(request.organization.pk, experiment),
            "policies": _policies(experiment, found.as_of),
            "csv_url": f"{reverse(f'measurement:{program}_csv')}?version={experiment.version}",
            "may_export": Permission.EXPORT in request.rights,
        }
    return TemplateResponse(request, "measurement/report.html", context)


@require_safe
@requires(Permission.EXPORT)
def report_csv(request: HttpRequest, program: str) -> HttpResponse:
    """The same numbers as a table for other programs."""
    experiment = _experiment(request, program)
    found, is_coming = _measured(experiment, zone(request.organization.pk))
    if is_coming:
        return redirect(f"{reverse(f'measurement:{program}')}?version={request.GET.get('version', '')}")
    if found is None:
        raise NotFound("There is nothing to report yet.")
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{program}-{found.experiment.version}.csv"'
    writer = csv.writer(response)
    for cells in rows.csv_rows(found):
        writer.writerow([safe_cell(cell) if isinstance(cell, str) and not _is_number(cell) else cell for cell in cells])
    return response


def _measured(experiment: Experiment | None, tz: str) -> tuple[Report | None, bool]:
    """The report as of now, or a large one as a worker added it up last; and whether the first one is still to come."""
    if experiment is None:
        return None, False
    if not keeping.is_large(experiment):
        return report_of(experiment, as_of=timezone.now(), tz=tz), False
    found = keeping.kept(experiment)
    if keeping.is_due(experiment, found, timezone.now()):
        refresh.delay(merchant_id=experiment.merchant_id, experiment_id=experiment.pk)
    return found, found is None


def _is_number(text: str) -> bool:
    """A negative number starts like a formula and is none."""
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _experiment(request: HttpRequest, program: str) -> Experiment | None:
    text = request.GET.get("version", "")
    if text and not (text.isascii() and text.isdigit()):
        raise NotFound("There is no such experiment.")
    version = int(text) if text else None
    return queries.access_experiment(merchant_id=request.organization.pk, program=program, version=version)


def _shown(found: Report) -> dict[str, Any]:
    return {
        "callout": wording.callout(found),
        "kpis": _kpis(found) if found.shows_effects else [],
        "rows": rows.effect_rows(found),
        "guards": [(guard.metric, rows.guard_rows(guard)) for guard in found.guards] if found.shows_effects else [],
        "definitions": [metric for metric in metrics_of(found.experiment.program) if metric.definition],
        "rates_chart": charts.rates_chart(found) if found.shows_effects else None,
        "value_charts": [charts.value_chart(found, code) for code in found.series] if found.shows_effects else [],
        "funnel_chart": charts.funnel_chart(found),
        "suppressed_chart": charts.suppressed_chart(found),
        "attributed": _attributed(found),
    }


def _kpis(found: Report) -> list[Kpi]:
    """What a look at the page tells: with the intervals that stay valid at every look."""
    kpis = []
    for name, unit, value in (
        (_("Difference"), "points", found.success.always),
        (_("Incremental orders"), "count", found.success.extra_always),
        *((_("Incremental value"), money.currency, money.incremental_always) for money in found.values),
        *((_("Net of costs"), money.currency, _net(money)) for money in found.values),
    ):
        if value is not None:
            row = rows.Row(name, unit, float(value.estimate), float(value.low), float(value.high))
            kpis.append(Kpi(name, row.text, row.range))
    return kpis


def _net(money: Any) -> Any:
    return None if money.incremental_always is None else money.incremental_always.shifted(-money.cost)


def _attributed(found: Report) -> list[tuple[str, str]]:
    if not found.shows_effects or found.attributed_orders is None:
        return []
    money = [rows.Row("", row.currency, row.attributed or 0).text for row in found.values]
    return [(_("Orders"), number(found.attributed_orders)), *((_("Value"), text) for text in money)]


def _versions(merchant_id: int, chosen: Experiment) -> list[Tab]:
    known = queries.experiments(merchant_id, chosen.program)
    if len(known) < 2:
        return []
    return [
        Tab(_("Version %(n)s") % {"n": one.version}, f"?version={one.version}", one.version == chosen.version) for one in known
    ]


def _policies(experiment: Experiment, until: datetime) -> list[ProgramPolicy]:
    """The policy versions in force while the experiment ran."""
    known = ProgramPolicy.objects.filter(
        merchant_id=experiment.merchant_id, program=experiment.program, valid_from__lte=experiment.ended_at or until
    )
    return [one for one in known.order_by("version") if one.valid_to is None or one.valid_to > experiment.started_at]
