"""The program's page: policy, preview, runs. The enrolments have their own (enrolments.py)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from aftersales.models import ProgramRun
from aftersales.programs.policies import active_policy
from aftersales.programs.presale_balance import queries
from aftersales.programs.presale_balance.rules import DEFAULTS, PROGRAM
from aftersales.programs.presale_balance.settings_form import PolicyForm
from aftersales.programs.presale_balance.web.previews import shown
from aftersales.programs.presale_balance.web.timeline import window_chart
from aftersales.programs.presale_balance.web.windows import example_window
from aftersales.programs.presale_balance.web.words import policy_sentences
from aftersales.programs.registry import program_named
from aftersales.web.program_page import ProgramPage, first_shop, place_of
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.kit import Kpi

HOME = "presale_balance/home.html"
LATEST = 8


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The program's page; POST saves the form as a new version."""
    return PROGRAM_PAGE.home(request)


def _home(request: HttpRequest, form: PolicyForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
    currency, tz = place_of(first_shop(merchant_id))
    settings = program_named(PROGRAM).validated(policy.settings) if policy else DEFAULTS
    window = example_window(merchant_id, tz, at=timezone.now())
    counts = queries.state_counts(merchant_id)
    return {
        "policy": policy,
        "policy_form": form or PolicyForm.showing(settings, automatic=bool(policy and policy.is_automatic)),
        "policy_summary": policy_sentences(settings, currency) if policy else [],
        "timeline": window_chart(settings, opens_at=window.opens_at, closes_at=window.closes_at, tz=tz),
        "preview": PROGRAM_PAGE.preview_of(request, currency, tz),
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


def _shown(run: ProgramRun, currency: str, tz: str) -> dict[str, Any]:
    return shown(run, window=example_window(run.merchant_id, tz, at=run.as_of), currency=currency, tz=tz)


PROGRAM_PAGE = ProgramPage(PROGRAM, "presale_balance", PolicyForm, _home, _shown)


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


@require_POST
@requires(Permission.EDIT_POLICY)
def switch(request: HttpRequest) -> HttpResponse:
    """Let the program run by itself, or not: a new version of the same policy."""
    policy = PROGRAM_PAGE.policy(request)
    if policy is None:
        messages.error(request, _("Save a policy first."))
    else:
        PROGRAM_PAGE.save(request, policy.settings, automatic=request.POST.get("to") == "on")
    return redirect("presale_balance:home")
