"""Previews on history: ask for one, watch it being computed, read it, compare it with what came."""

import csv
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aftersales.models import ProgramPolicy
from aftersales.previews import queries
from aftersales.previews.models import Forecast
from aftersales.previews.operations import BadWindow, ask_forecast, progress_of
from aftersales.previews.tasks import compute
from aftersales.previews.web.forms import ForecastForm
from aftersales.previews.web.showing import shown, things
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.labels import program_label
from orders.store.queries import shops

RECENT = 20


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest, program: str) -> HttpResponse:
    """The form and the latest forecasts of a program; POST asks for one."""
    if request.method != "POST":
        return TemplateResponse(request, "previews/home.html", _home(request, program, None))
    if Permission.RUN_PROGRAMS not in request.rights:
        raise PermissionDenied(_("Your role does not allow previews."))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        form = _form(request, program, request.POST)
        valid = form.is_valid()
    if valid:
        asked = _asked(request, program, form)
        if asked is not None:
            compute.delay(merchant_id=request.organization.pk, forecast_id=asked.pk)
            return redirect("previews:detail", pk=asked.pk)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "previews/home.html", _home(request, program, form), status=400).render()


def _asked(request: HttpRequest, program: str, form: ForecastForm) -> Forecast | None:
    chosen = form.cleaned_data
    try:
        return ask_forecast(
            merchant_id=request.organization.pk,
            program=program,
            shop=chosen["shop"],
            settings=chosen["settings"],
            since=chosen["since"],
            until=chosen["until"] + timedelta(days=1),
            margin_percent=chosen["margin_percent"],
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except BadWindow as error:
        form.add_error("until", str(error))
        return None


def _form(request: HttpRequest, program: str, data: Any) -> ForecastForm:
    merchant_id = request.organization.pk
    policies = ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program).order_by("-version")[:RECENT]
    return ForecastForm(
        data, program=program, shops=shops(merchant_id).order_by("id"), policies=list(policies), today=timezone.localdate()
    )


def _home(request: HttpRequest, program: str, form: ForecastForm | None) -> dict[str, Any]:
    return {
        "program": program,
        "title": program_label(program),
        "form": form or _form(request, program, None),
        "forecasts": queries.forecasts(request.organization.pk, program)[:RECENT],
        "may_run": Permission.RUN_PROGRAMS in request.rights,
        "has_shop": shops(request.organization.pk).exists(),
    }


@require_safe
@requires(Permission.VIEW_ORDERS)
def forecast(request: HttpRequest, pk: int) -> HttpResponse:
    """One forecast; asks for itself again while it is being computed."""
    found = queries.access_forecast(merchant_id=request.organization.pk, pk=pk)
    context: dict[str, Any] = {
        "forecast": found,
        "title": program_label(found.program),
        "home_url": f"previews:{found.program}",
        "things": things(found.program),
        "is_running": found.state in (Forecast.State.WAITING, Forecast.State.RUNNING),
        "done": progress_of(found),
        "total": (found.until - found.since).days,
        "tz": found.shop.timezone,
        "may_export": Permission.EXPORT in request.rights,
    }
    if found.state == Forecast.State.FINISHED:
        context |= shown(found, as_of=timezone.now())
    return TemplateResponse(request, "previews/forecast.html", context)


@require_safe
@requires(Permission.EXPORT)
def forecast_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """What would have fallen due, day by day."""
    found = queries.access_forecast(merchant_id=request.organization.pk, pk=pk)
    result = found.result or {"days": [], "currency": found.shop.currency}
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.program}-{found.since}-{found.until}.csv"'
    writer = csv.writer(response)
    writer.writerow(["day", "count", "amount", "currency"])
    for day, count, amount in result["days"]:
        writer.writerow([day, count, format_major(amount, result["currency"]), result["currency"]])
    return response
