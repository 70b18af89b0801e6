"""Budgets, what is used of them today, alerts, and what the guards go by."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.guards import queries as guards
from aftersales.guards.budgets import operations, queries
from aftersales.guards.models import Approval, Budget, Level
from aftersales.guards.operations import see_alerts
from aftersales.guards.web.charts import budget_chart
from aftersales.guards.web.common import people
from aftersales.guards.web.forms import BudgetForm, SettingsForm
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.store.queries import shops


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    """The page; POST sets one limit."""
    if request.method != "POST":
        return TemplateResponse(request, "guards/budgets.html", _context(request))
    _require_editing(request)
    form = BudgetForm(request.POST)
    if not form.is_valid():
        return _again(request, budget_form=form)
    try:
        found = operations.set_budget(
            merchant_id=request.organization.pk, by=person(request.user.pk), at=timezone.now(), **form.values()
        )
    except operations.BadBudget as error:
        form.add_error(None, str(error))
        return _again(request, budget_form=form)
    _tell(request, found)
    return redirect("guards:budgets")


@require_POST
@requires(Permission.EDIT_GUARDS)
def save_settings(request: HttpRequest) -> HttpResponse:
    """What the guards go by."""
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return _again(request, settings_form=form)
    found = operations.save_settings(
        merchant_id=request.organization.pk, values=form.values(), by=person(request.user.pk), at=timezone.now()
    )
    _tell(request, found)
    return redirect("guards:budgets")


@require_POST
@requires(Permission.EDIT_GUARDS)
def see(request: HttpRequest) -> HttpResponse:
    """All alerts were looked at."""
    see_alerts(merchant_id=request.organization.pk, by=person(request.user.pk), at=timezone.now())
    return redirect("guards:budgets")


def _require_editing(request: HttpRequest) -> None:
    if Permission.EDIT_GUARDS not in request.rights:
        raise PermissionDenied(_("Your role does not allow changing budgets."))


def _tell(request: HttpRequest, found: object) -> None:
    if isinstance(found, Approval):
        messages.info(request, _("This loosens a guard: it waits for a second person among the approvals."))
    else:
        messages.success(request, _("Saved."))


def _again(request: HttpRequest, **forms: Any) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "guards/budgets.html", {**_context(request), **forms}, status=400).render()


def _context(request: HttpRequest) -> dict[str, Any]:
    merchant_id, now = request.organization.pk, timezone.now()
    currencies = sorted(set(shops(merchant_id).order_by().values_list("currency", flat=True))) or ["CNY"]
    found = list(queries.budgets(merchant_id))
    used = queries.used_now(merchant_id, now)
    names = people(budget.updated_by for budget in found)
    # The merchant's day says most; without one the first limit there is.
    limited = sorted((b for b in found if b.limit_amount is not None), key=lambda b: b.level != Level.MERCHANT_DAY)
    tz = guards.zone_of(merchant_id)
    return {
        "rows": [_row(budget, used[budget.pk], names) for budget in found],
        "chart": budget_chart(limited[0], now, tz) if limited else None,
        "alerts": queries.unseen_alerts(merchant_id)[:20],
        "tz": tz,
        "budget_form": BudgetForm(initial={"currency": currencies[0]}),
        "settings_form": SettingsForm.showing(guards.guard_settings(merchant_id)),
        "may_edit": Permission.EDIT_GUARDS in request.rights,
    }


def _row(budget: Budget, used: dict[str, int], names: dict[str, Any]) -> dict[str, Any]:
    """A budget with its use in the current slot, as a share of the limit for the bar."""
    most, limit = used["most"], budget.limit_amount
    near = limit is not None and most * 100 >= limit * budget.alert_percent
    return {
        "budget": budget,
        "used": most,
        "left": None if limit is None else max(limit - most, 0),
        "tone": "bad" if limit is not None and most >= limit else "warn" if near else "good",
        "updated_by": names.get(budget.updated_by, ""),
    }
