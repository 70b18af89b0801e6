"""The program's page: policy, preview on the merchant's own requests, runs."""

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
from aftersales.programs.refund_retention import queries
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import DEFAULTS, INTENT_LABELS, PROGRAM, REASONS
from aftersales.programs.refund_retention.settings_form import RetentionForm
from aftersales.programs.refund_retention.web.cases import dressed
from aftersales.programs.refund_retention.web.words import policy_sentences
from aftersales.programs.registry import program_named
from aftersales.programs.runner import open_run
from aftersales.queries import access_run, runs
from aftersales.tasks import execute
from aftersales.web.policies import tell_policy
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.charts import RankChart
from marketplace.ui.kit import Kpi
from merchants.models import Shop
from orders.store.queries import shops

TEMPLATE = "refund_retention/home.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The program's page; POST saves the form as a new version."""
    if request.method != "POST":
        return TemplateResponse(request, TEMPLATE, _home(request, None))
    if Permission.EDIT_POLICY not in request.rights:
        raise PermissionDenied(_("Your role does not allow changing the policy."))
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return _with_errors(request, form)
    saved = change_policy(
        merchant_id=request.organization.pk,
        program=program_named(PROGRAM),
        settings=form.cleaned_data["settings"],
        automatic=form.cleaned_data["is_automatic"],
        by=person(request.user.pk),
        at=timezone.now(),
    )
    tell_policy(request, saved)
    return redirect("refund_retention:home")


def _with_errors(request: HttpRequest, form: RetentionForm) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, TEMPLATE, _home(request, form), status=400).render()


def first_shop(request: HttpRequest) -> Shop | None:
    """The shop whose currency and time zone the program's pages use."""
    return shops(request.organization.pk).order_by("id").first()


def _home(request: HttpRequest, form: RetentionForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
    shop = first_shop(request)
    currency, tz = (shop.currency, shop.timezone) if shop else ("CNY", "UTC")
    settings = program_named(PROGRAM).validated(policy.settings) if policy else DEFAULTS
    return {
        "policy": policy,
        "policy_form": form or RetentionForm.showing(settings, automatic=bool(policy and policy.is_automatic)),
        "policy_summary": policy_sentences(settings, currency) if policy else [],
        "kpis": _kpis(merchant_id),
        "preview": _preview_of(request, currency, tz),
        "cases": dressed(list(queries.cases(merchant_id)[:8])),
        "runs": runs(merchant_id, PROGRAM)[:10],
        "tz": tz,
        "may_manage": Permission.EDIT_POLICY in request.rights,
        "may_run": Permission.RUN_PROGRAMS in request.rights,
    }


def _kpis(merchant_id: int) -> list[Kpi]:
    counts = queries.state_counts(merchant_id)
    net = " · ".join(formats.money(row["net"], row["currency"]) for row in queries.totals(merchant_id)) or "0"
    State = RetentionCase.State
    waiting = counts.get(State.WITHDRAWAL_REQUESTED, 0)
    cards = sum(count for state, count in counts.items() if state in queries.CARDED)
    return [
        Kpi(label=_("Retained, net (attributed)"), value=net, icon="shield"),
        Kpi(label=_("Requests decided"), value=formats.number(sum(counts.values())), icon="orders"),
        Kpi(label=_("Cards"), value=formats.number(cards), icon="mail"),
        Kpi(label=_("To withdraw on the platform"), value=formats.number(waiting), icon="clock", tone="warn" if waiting else ""),
    ]


def _preview_of(request: HttpRequest, currency: str, tz: str) -> dict[str, Any] | None:
    pk = request.GET.get("run", "")
    if not (pk.isascii() and pk.isdigit()):
        return None
    return shown(access_run(merchant_id=request.organization.pk, pk=int(pk)), currency, tz)


def shown(run: ProgramRun, currency: str, tz: str) -> dict[str, Any]:
    """A preview run as its fragment shows it."""
    counts = run.counts
    running = run.state in (ProgramRun.State.WAITING, ProgramRun.State.RUNNING)
    found = {"pk": run.pk, "is_running": running, "error": run.error, "as_of": run.as_of, "tz": tz}
    if running or run.error or "requests" not in counts:
        return found
    reasons = [(REASONS.get(code, code), count) for code, count in counts["reasons"].items()]
    intents = [(INTENT_LABELS.get(name, name), count) for name, count in counts["intents"].items()]
    return found | {
        "done": True,
        "requests": counts["requests"],
        "offered": counts["offered"],
        "holdout": counts["holdout"],
        "amounts": counts["offered_amounts"] or {currency: 0},
        "asked": counts["asked_amounts"] or {currency: 0},
        "reason_chart": RankChart(title=_("What was decided, and why"), items=reasons) if reasons else None,
        "intent_chart": RankChart(title=_("What buyers want"), items=intents) if intents else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_PROGRAMS)
def preview(request: HttpRequest) -> HttpResponse:
    """POST opens a preview of the form's policy; GET shows how it stands. Both answer the fragment (or the page)."""
    if request.method == "POST":
        return _open_preview(request)
    shop = first_shop(request)
    currency, tz = (shop.currency, shop.timezone) if shop else ("CNY", "UTC")
    return TemplateResponse(request, "refund_retention/_preview.html", {"preview": _preview_of(request, currency, tz)})


def _open_preview(request: HttpRequest) -> HttpResponse:
    form = RetentionForm(request.POST)
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
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "refund_retention/_preview.html", {"preview": shown(opened, "", "UTC")}).render()


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
        return redirect("refund_retention:home")
    opened = _open(request, policy.settings, dry_run=False)
    execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
    messages.success(request, _("The run has started; it appears below when it is done."))
    return redirect("refund_retention:home")
