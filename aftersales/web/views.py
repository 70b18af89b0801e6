"""The price-protection pages."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aftersales import operations, queries
from aftersales.guards.queries import ProgramKilled
from aftersales.models import Claim, ProgramRun
from aftersales.programs.changing import change_policy
from aftersales.programs.policies import active_policy
from aftersales.programs.price_protection.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import NotPayable, open_run
from aftersales.tasks import execute, settle
from aftersales.web.explaining import claim_sentences, policy_sentences
from aftersales.web.forms import PolicyForm
from aftersales.web.policies import tell_policy
from aftersales.web.previews import shown
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ledger.queries import accounts
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.charts import StepChart
from marketplace.ui.kit import Event, Tab
from merchants.models import Shop
from orders.store.models import ShopOrder
from orders.store.queries import points_of, shops
from orders.store.web.price_charts import price_chart

PAGE = 25
STATES = ("reserved", "held", "refused")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """The program's page; POST saves the form as a new version."""
    if request.method != "POST":
        return TemplateResponse(request, "price_protection/home.html", _home(request, None))
    if Permission.EDIT_POLICY not in request.rights:
        raise PermissionDenied(_("Your role does not allow changing the policy."))
    form = PolicyForm(request.POST)
    if form.is_valid():
        saved = change_policy(
            merchant_id=request.organization.pk,
            program=program_named(PROGRAM),
            settings=form.cleaned_data["settings"],
            automatic=form.cleaned_data["is_automatic"],
            by=person(request.user.pk),
            at=timezone.now(),
        )
        tell_policy(request, saved)
        return redirect("price_protection:home")
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "price_protection/home.html", _home(request, form), status=400).render()


def _first_shop(request: HttpRequest) -> Shop | None:
    return shops(request.organization.pk).order_by("id").first()


def _home(request: HttpRequest, form: PolicyForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
    shop = _first_shop(request)
    currency, tz = (shop.currency, shop.timezone) if shop else ("CNY", "UTC")
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
        "preview": _preview_of(request, currency, tz),
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


def _preview_of(request: HttpRequest, currency: str, tz: str) -> dict[str, Any] | None:
    pk = request.GET.get("run", "")
    if not (pk.isascii() and pk.isdigit()):
        return None
    found = queries.access_run(merchant_id=request.organization.pk, pk=int(pk))
    return shown(found, currency=currency, tz=tz)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.RUN_PROGRAMS)
def preview(request: HttpRequest) -> HttpResponse:
    """POST opens a preview of the form's policy; GET shows how it stands. Both answer the fragment (or the page)."""
    if request.method == "POST":
        return _open_preview(request)
    shop = _first_shop(request)
    currency, tz = (shop.currency, shop.timezone) if shop else ("CNY", "UTC")
    context = {"preview": _preview_of(request, currency, tz)}
    return TemplateResponse(request, "price_protection/_preview.html", context)


def _open_preview(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            response = TemplateResponse(request, "price_protection/home.html", _home(request, form), status=400)
            if request.htmx:
                response.status_code = 200
                response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
            return response.render()
    opened = _open(request, form.cleaned_data["settings"], dry_run=True)
    execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
    if not request.htmx:
        return redirect(f"{request.path.replace('preview/', '')}?run={opened.pk}#preview")
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = {"preview": shown(opened, currency="", tz="UTC")}
        return TemplateResponse(request, "price_protection/_preview.html", context).render()


def _open(request: HttpRequest, settings: dict[str, Any], *, dry_run: bool) -> ProgramRun:
    now = timezone.now()
    with scope(request.organization.pk, user_id=request.user.pk):
        shop = _first_shop(request)
    return open_run(
        program=program_named(PROGRAM),
        merchant_id=request.organization.pk,
        shop=shop,
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
        return redirect("price_protection:home")
    try:
        opened = _open(request, policy.settings, dry_run=False)
    except NotPayable:
        messages.error(request, _("This policy ignores returns, which is for comparison only; preview it, or deduct returns."))
        return redirect("price_protection:home")
    execute.delay(merchant_id=request.organization.pk, run_id=opened.pk)
    messages.success(request, _("The run has started; it appears below when it is done."))
    return redirect("price_protection:home")


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
