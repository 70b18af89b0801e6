"""The program's page: policy, preview on the merchant's own requests, runs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.models import ProgramRun
from aftersales.programs.policies import active_policy
from aftersales.programs.refund_retention import queries
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import DEFAULTS, INTENT_LABELS, PROGRAM, REASONS
from aftersales.programs.refund_retention.settings_form import RetentionForm
from aftersales.programs.refund_retention.web.cases import dressed
from aftersales.programs.refund_retention.web.words import policy_sentences
from aftersales.programs.registry import program_named
from aftersales.queries import runs
from aftersales.web.program_page import ProgramPage, first_shop, place_of
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.charts import RankChart
from marketplace.ui.kit import Kpi

TEMPLATE = "refund_retention/home.html"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The program's page; POST saves the form as a new version."""
    return PROGRAM_PAGE.home(request)


def _home(request: HttpRequest, form: RetentionForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
    currency, tz = place_of(first_shop(merchant_id))
    settings = program_named(PROGRAM).validated(policy.settings) if policy else DEFAULTS
    return {
        "policy": policy,
        "policy_form": form or RetentionForm.showing(settings, automatic=bool(policy and policy.is_automatic)),
        "policy_summary": policy_sentences(settings, currency) if policy else [],
        "kpis": _kpis(merchant_id),
        "preview": PROGRAM_PAGE.preview_of(request, currency, tz),
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


PROGRAM_PAGE = ProgramPage(PROGRAM, "refund_retention", RetentionForm, _home, shown)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_PROGRAMS)
def preview(request: HttpRequest) -> HttpResponse:
    """POST opens a preview of the form's policy; GET shows how it stands. Both answer the fragment (or the page)."""
    return PROGRAM_PAGE.preview(request)


@require_POST
@requires(Permission.RUN_PROGRAMS)
def run_now(request: HttpRequest) -> HttpResponse:
    """Open a run under the policy in force; a worker carries it out."""
    return PROGRAM_PAGE.run_now(request)
