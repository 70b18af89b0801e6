"""The program's page: policy, preview, runs. The enrolments have their own (enrolments.py)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.models import ProgramRun
from aftersales.programs.changing import change_policy
from aftersales.programs.policies import active_policy
from aftersales.programs.presale_balance import queries
from aftersales.programs.presale_balance.rules import DEFAULTS, PROGRAM
from aftersales.programs.presale_balance.settings_form import PolicyForm
from aftersales.programs.presale_balance.web.previews import shown
from aftersales.programs.presale_balance.web.timeline import window_chart
from aftersales.programs.presale_balance.web.windows import example_window
from aftersales.programs.presale_balance.web.words import policy_sentences
from aftersales.programs.registry import program_named
from aftersales.programs.runner import open_run
from aftersales.queries import access_run
from aftersales.tasks import execute
from aftersales.web.policies import tell_policy
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.kit import Kpi
from merchants.models import Shop
from orders.store.queries import shops

HOME = "presale_balance/home.html"
LATEST = 8


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The program's page; POST saves the form as a new version."""
    if request.method != "POST":
        return TemplateResponse(request, HOME, _home(request, None))
    if Permission.EDIT_POLICY not in request.rights:
        raise PermissionDenied(_("Your role does not allow changing the policy."))
    form = PolicyForm(request.POST)
    if form.is_valid():
        _save(request, form.cleaned_data["settings"], automatic=form.cleaned_data["is_automatic"])
        return redirect("presale_balance:home")
    return _with_errors(request, form)


def _save(request: HttpRequest, settings: dict[str, Any], *, automatic: bool) -> None:
    saved = change_policy(
        merchant_id=request.organization.pk,
        program=program_named(PROGRAM),
        settings=settings,
        automatic=automatic,
        by=person(request.user.pk),
        at=timezone.now(),
    )
    tell_policy(request, saved)


def _with_errors(request: HttpRequest, form: PolicyForm) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, HOME, _home(request, form), status=400).render()


def first_shop(request: HttpRequest) -> Shop | None:
    return shops(request.organization.pk).order_by("id").first()


def place_of(shop: Shop | None) -> tuple[str, str]:
    """Currency and time zone the pages speak in."""
    return (shop.currency, shop.timezone) if shop else ("CNY", "Asia/Shanghai")


def _home(request: HttpRequest, form: PolicyForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
    currency, tz = place_of(first_shop(request))
    settings = program_named(PROGRAM).validated(policy.settings) if policy else DEFAULTS
    window = example_window(merchant_id, tz, at=timezone.now())
    counts = queries.state_counts(merchant_id)
    return {
        "policy": policy,
        "policy_form": form or PolicyForm.showing(settings, automatic=bool(policy and policy.is_automatic)),
        "policy_summary": policy_sentences(settings, currency) if policy else [],
        "timeline": window_chart(settings, opens_at=window.opens_at, closes_at=window.closes_at, tz=tz),
        "preview": _preview_of(request, currency, tz),
        "kpis": _kpis(merchant_id, counts),
        "suppressed": queries.suppressed_counts(merchant_id),
        "enrolments": queries.enrolments(merchant_id)[:LATEST],
        "total": sum(counts.values()),
        "runs": queries.busy_runs(merchant_id)[:10],
        "tz": tz,
        "may_manage": Permission.EDIT_POLICY in request.rights,
        "may_run": Permission.RUN_PROGRAMS in request.rights,
    }


def _kpis(merchant_id: int, states: dict[str, int]) -> list[Kpi]:
    touches = queries.touch_counts(merchant_id)
    sent = sum(row["count"] for row in touches if row["state"] == "sent")
    dropped = sum(row["count"] for row in touches if row["state"] == "dropped")
    after_paid = queries.sent_after_paid(merchant_id)
    open_states = ("enrolled", "scheduled", "touched", "rescheduled", "holdout", "deposit_paid")
    owing = sum(states.get(state, 0) for state in open_states)
    paid = states.get("balance_paid", 0) + states.get("settled", 0)
    return [
        Kpi(label=_("Orders that owe a balance"), value=formats.number(owing), icon="orders"),
        Kpi(label=_("Balances paid"), value=formats.number(paid), icon="coins"),
        Kpi(
            label=_("Reminders sent"),
            value=formats.number(sent),
            hint=_("%(n)s not sent") % {"n": formats.number(dropped)},
            icon="mail",
        ),
        Kpi(
            label=_("Sent after paying"),
            value=formats.number(after_paid),
            hint=formats.percent(after_paid / sent, 2) if sent else "",
            icon="alert",
            tone="bad" if sent and after_paid * 1_000 >= sent else "",
        ),
    ]


def _preview_of(request: HttpRequest, currency: str, tz: str) -> dict[str, Any] | None:
    pk = request.GET.get("run", "")
    if not (pk.isascii() and pk.isdigit()):
        return None
    found = access_run(merchant_id=request.organization.pk, pk=int(pk))
    if found.program != PROGRAM:
        return None
    return shown(found, window=example_window(request.organization.pk, tz, at=found.as_of), currency=currency, tz=tz)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_PROGRAMS)
def preview(request: HttpRequest) -> HttpResponse:
    """POST opens a preview of the form's policy; GET shows how it stands. Both answer the fragment (or the page)."""
    if request.method == "POST":
        return _open_preview(request)
    currency, tz = place_of(first_shop(request))
    return TemplateResponse(request, "presale_balance/_preview.html", {"preview": _preview_of(request, currency, tz)})


def _open_preview(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        response = _with_errors(request, form)
        if request.htmx:
            response.status_code = 200
            response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
        return response
    opened = _open(request, form.cleaned_data["settings"], dry_run=True)
    execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
    if not request.htmx:
        return redirect(f"{request.path.replace('preview/', '')}?run={opened.pk}#preview")
    waiting = {"pk": opened.pk, "is_running": True}
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "presale_balance/_preview.html", {"preview": waiting}).render()


def _open(request: HttpRequest, settings: dict[str, Any], *, dry_run: bool) -> ProgramRun:
    now = timezone.now()
    return open_run(
        program=program_named(PROGRAM),
        merchant_id=request.organization.pk,
        shop=None,
        settings=settings,
        as_of=now,
        by=person(request.user.pk),
        at=now,
        dry_run=dry_run,
    )


@require_POST
@requires(Permission.RUN_PROGRAMS)
def run_now(request: HttpRequest) -> HttpResponse:
    """Open a run under the policy in force; a worker carries it out."""
    with scope(request.organization.pk, user_id=request.user.pk):
        policy = active_policy(merchant_id=request.organization.pk, program=PROGRAM)
    if policy is None:
        messages.error(request, _("Save a policy first."))
        return redirect("presale_balance:home")
    opened = _open(request, policy.settings, dry_run=False)
    execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
    messages.success(request, _("The run has started; it appears below when it is done."))
    return redirect("presale_balance:home")


@require_POST
@requires(Permission.EDIT_POLICY)
def switch(request: HttpRequest) -> HttpResponse:
    """Let the program run by itself, or not: a new version of the same policy."""
    with scope(request.organization.pk, user_id=request.user.pk):
        policy = active_policy(merchant_id=request.organization.pk, program=PROGRAM)
    if policy is None:
        messages.error(request, _("Save a policy first."))
    else:
        _save(request, policy.settings, automatic=request.POST.get("to") == "on")
    return redirect("presale_balance:home")
