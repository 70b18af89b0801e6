"""The price-protection pages."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales import operations, queries
from aftersales.guards.queries import ProgramKilled
from aftersales.models import Claim
from aftersales.programs.policies import active_policy
from aftersales.programs.price_protection.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.tasks import settle
from aftersales.web.explaining import claim_sentences, policy_sentences
from aftersales.web.forms import PolicyForm
from aftersales.web.previews import shown
from aftersales.web.program_page import ProgramPage, first_shop, place_of
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ledger.queries import accounts
from marketplace.tenancy.actor import person
from marketplace.ui.charts import StepChart
from marketplace.ui.kit import Event, Tab
from orders.store.models import ShopOrder
from orders.store.queries import points_of
from orders.store.web.price_charts import price_chart

PAGE = 25
STATES = ("reserved", "held", "refused")


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
    chosen = request.GET.get("state", "")
    claims = queries.claims(merchant_id, PROGRAM)
    if chosen in STATES:
        claims = claims.filter(state=chosen)
    page = Paginator(claims, PAGE).get_page(request.GET.get("page"))
    for claim in page.object_list:
        claim.shown_state = queries.shown_state(claim)
    return {
        "policy": policy,
        "policy_form": form or PolicyForm.showing(settings, automatic=bool(policy and policy.is_automatic)),
        "policy_summary": policy_sentences(settings, currency) if policy else [],
        "preview": PROGRAM_PAGE.preview_of(request, currency, tz),
        "claims": page,
        "claim_tabs": _tabs(request, chosen),
        "runs": queries.runs(merchant_id, PROGRAM).filter(order__isnull=True)[:10],
        "balances": accounts(merchant_id),
        "currency": currency,
        "tz": tz,
        "may_manage": Permission.EDIT_POLICY in request.rights,
        "may_run": Permission.RUN_PROGRAMS in request.rights,
        "may_export": Permission.EXPORT in request.rights,
    }


def _tabs(request: HttpRequest, chosen: str) -> list[Tab]:
    counts: dict[str, int] = {}
    for row in queries.claim_totals(request.organization.pk, PROGRAM):
        counts[row["state"]] = counts.get(row["state"], 0) + row["count"]
    labels = {"": _("All"), "reserved": _("Owed"), "held": _("Held"), "refused": _("Refused")}
    counts[""] = sum(counts.values())
    return [
        Tab(
            label=label, url=f"?state={state}#claims" if state else "?#claims", active=state == chosen, count=counts.get(state, 0)
        )
        for state, label in labels.items()
    ]


PROGRAM_PAGE = ProgramPage(PROGRAM, "price_protection", PolicyForm, _home, shown, of_first_shop=True)


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


@require_safe
@requires(Permission.VIEW_ORDERS)
def claim_detail(request: HttpRequest, pk: int) -> HttpResponse:
    claim = queries.access_claim(merchant_id=request.organization.pk, pk=pk)
    context = {
        "claim": claim,
        "shown_state": queries.shown_state(claim),
        "explanation": claim_sentences(claim),
        "payouts": claim.payouts.all(),
        "events": _events(claim),
        "price_chart": _claim_chart(claim),
        "may_decide": claim.state == Claim.State.HELD and Permission.RELEASE_HOLDS in request.rights,
        "may_pay_again": queries.shown_state(claim) == "failed" and Permission.RELEASE_HOLDS in request.rights,
    }
    return TemplateResponse(request, "price_protection/claim.html", context)


def _claim_chart(claim: Claim) -> StepChart | None:
    """Prices around the window, with the purchase; None where the decision met no price."""
    if claim.inputs.get("price") is None or claim.line.paid_at is None:
        return None
    ends = datetime.fromisoformat(claim.inputs["as_of"])
    since, until = claim.line.paid_at - timedelta(days=3), max(ends, claim.line.paid_at) + timedelta(days=1)
    points = list(points_of(claim.line.sku).filter(valid_from__lt=until)[:500])
    return price_chart(claim.line.sku, points, since=since, until=until, bought=[claim.line])


def _events(claim: Claim) -> list[Event]:
    found = [Event(at=claim.created_at, title=_("Decided"), text=_("Policy version %(n)s") % {"n": claim.policy_version})]
    if claim.line.paid_at:
        found.append(Event(at=claim.line.paid_at, title=_("Bought")))
    for payout in claim.payouts.all():
        found.append(Event(at=payout.created_at, title=_("Amount reserved")))
        if payout.settled_at:
            good = payout.state == "paid"
            title = _("Paid to the buyer") if good else _("Payout failed")
            found.append(Event(at=payout.settled_at, title=title, tone="good" if good else "bad"))
    return sorted(found, key=lambda event: event.at)


@require_POST
@requires(Permission.RELEASE_HOLDS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A person pays or refuses a held claim, or sends a failed payout again."""
    act = request.POST.get("act", "")
    common = {"merchant_id": request.organization.pk, "claim_id": pk, "by": person(request.user.pk), "at": timezone.now()}
    try:
        if act == "again":
            operations.pay_again(**common)
        elif act in ("release", "refuse"):
            operations.decide_hold(**common, release=act == "release")
        else:
            messages.error(request, _("Choose what to do with this claim."))
            return redirect("price_protection:claim", pk=pk)
    except operations.Undecidable as error:
        messages.error(request, str(error))
        return redirect("price_protection:claim", pk=pk)
    settle.delay(merchant_id=request.organization.pk)
    messages.success(request, _("The decision is recorded."))
    return redirect("price_protection:claim", pk=pk)


@require_POST
@requires(Permission.RUN_PROGRAMS)
def claim_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Price protection for one order, on request."""
    now = timezone.now()
    try:
        done = operations.claim_order(
            merchant_id=request.organization.pk, order_id=pk, as_of=now, by=person(request.user.pk), at=now
        )
    except (operations.ProgramBusy, ProgramKilled) as error:
        messages.warning(request, str(error))
        return redirect("orders:detail", pk=pk)
    if done.counts["claims"]:
        settle.delay(merchant_id=request.organization.pk)
        messages.success(request, _("Price protection applies; the refund is on its way."))
    else:
        messages.info(request, _("No refund is due now; the reasons are listed below."))
    return redirect("orders:detail", pk=pk)


def order_extra(request: HttpRequest, order: ShopOrder) -> dict[str, Any]:
    """What price protection adds to an order's page."""
    claims = list(queries.claims_of_order(order))
    for claim in claims:
        claim.shown_state = queries.shown_state(claim)
    left = order.captured_amount - order.refunded_amount - queries.protected_amount(order)
    return {"claims": claims, "headroom_amount": max(left, 0), "may_claim": Permission.RUN_PROGRAMS in request.rights}
