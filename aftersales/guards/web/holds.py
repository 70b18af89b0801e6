"""The holds inbox: claims, products and breakers that wait for a person."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from aftersales.guards.holds import operations, queries
from aftersales.guards.queries import zone_of
from aftersales.guards.web.common import wholes
from aftersales.tasks import settle
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Tab

PAGE = 50
#: The most claims decided at once; larger batches are decided as approvals.
MOST = 1_000
REASONS = ("PRICE_ERROR", "BUDGET", "BREAKER", "APPROVAL")


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    totals = queries.held_totals(merchant_id)
    chosen = _chosen(request)
    page = Paginator(queries.held(merchant_id, **chosen), PAGE).get_page(request.GET.get("page"))
    products = list(queries.held_products(merchant_id)[:100])
    waiting = queries.claims_waiting_on(merchant_id, [hold.sku_id for hold in products])
    context = {
        "page_obj": page,
        "totals": totals,
        "tabs": _tabs(totals, chosen["reason"]),
        "chosen": chosen,
        "programs": sorted({row["program"] for row in totals}),
        "currencies": sorted({row["currency"] for row in totals}),
        "has_holds": bool(totals),
        "products": [(hold, waiting.get(hold.sku_id, 0), f"product-{hold.pk}") for hold in products],
        "breakers": queries.open_breakers(merchant_id),
        "may_decide": Permission.RELEASE_HOLDS in request.rights,
        "most": MOST,
        "tz": zone_of(merchant_id),
    }
    return TemplateResponse(request, "guards/holds.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filter, from the address or from the form that was sent."""
    source = request.POST if request.method == "POST" else request.GET
    reason = source.get("reason", "")
    texts = {name: source.get(name, "").replace("\0", "")[:40] for name in ("program", "currency")}
    return {**texts, "reason": reason if reason in REASONS else ""}


def _tabs(totals: list[dict[str, Any]], chosen: str) -> list[Tab]:
    counts: dict[str, int] = {}
    for row in totals:
        counts[row["reason"]] = counts.get(row["reason"], 0) + row["count"]
    labels = {
        "": _("All"),
        "PRICE_ERROR": _("Possible price error"),
        "BUDGET": _("Budget"),
        "BREAKER": _("Circuit breaker"),
        "APPROVAL": _("Large amount"),
    }
    counts[""] = sum(counts.values())
    return [
        Tab(label=label, url=f"?reason={reason}" if reason else "?", active=reason == chosen, count=counts.get(reason, 0))
        for reason, label in labels.items()
    ]


@require_POST
@requires(Permission.RELEASE_HOLDS)
def decide(request: HttpRequest) -> HttpResponse:
    """Pay or refuse the ticked claims, or all that match the filter."""
    act, merchant_id = request.POST.get("act", ""), request.organization.pk
    if act not in ("release", "refuse"):
        messages.error(request, _("Choose what to do with these claims."))
        return redirect("guards:holds")
    ids = wholes(request.POST.getlist("claim"))[:MOST]
    if request.POST.get("all"):
        with scope(merchant_id, user_id=request.user.pk, read_only=True):
            ids = list(queries.held(merchant_id, **_chosen(request)).values_list("pk", flat=True)[:MOST])
    if not ids:
        messages.error(request, _("Tick at least one claim."))
        return redirect("guards:holds")
    found = operations.decide_holds(
        merchant_id=merchant_id,
        claim_ids=ids,
        release=act == "release",
        reason=request.POST.get("reason_text", "").strip()[:200],
        by=person(request.user.pk),
        at=timezone.now(),
    )
    tell(request, found)
    if act == "release" and found.done:
        settle.delay(merchant_id=merchant_id)
    return redirect("guards:holds")


def tell(request: HttpRequest, found: operations.Decided) -> None:
    """Say what became of a decision."""
    if found.done:
        text = ngettext("%(n)s claim was decided.", "%(n)s claims were decided.", found.done)
        messages.success(request, text % {"n": found.done})
    if found.late:
        text = ngettext("%(n)s claim was decided before.", "%(n)s claims were decided before.", found.late)
        messages.info(request, text % {"n": found.late})
    if found.own:
        text = ngettext(
            "%(n)s large payout comes from a run you started: another person releases it.",
            "%(n)s large payouts come from a run you started: another person releases them.",
            found.own,
        )
        messages.warning(request, text % {"n": found.own})
    if found.over_budget:
        text = ngettext(
            "%(n)s claim does not fit into a budget and stays held.",
            "%(n)s claims do not fit into a budget and stay held.",
            found.over_budget,
        )
        messages.warning(request, text % {"n": found.over_budget})
    if found.no_room:
        text = ngettext(
            "%(n)s claim stays held: refunds have used up its order's payment.",
            "%(n)s claims stay held: refunds have used up their orders' payments.",
            found.no_room,
        )
        messages.warning(request, text % {"n": found.no_room})


@require_POST
@requires(Permission.RELEASE_HOLDS)
def release_product(request: HttpRequest, pk: int) -> HttpResponse:
    """A person says that a held product's price is right, and why."""
    reason = request.POST.get("reason_text", "").strip()[:200]
    if not reason:
        messages.error(request, _("Say why this price is right."))
        return redirect("guards:holds")
    try:
        found = operations.release_sku(
            merchant_id=request.organization.pk,
            hold_id=pk,
            pay_claims=request.POST.get("act") == "pay",
            reason=reason,
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except operations.AlreadyDecided as error:
        messages.info(request, str(error))
        return redirect("guards:holds")
    messages.success(request, _("The product is released."))
    tell(request, found)
    if found.done:
        settle.delay(merchant_id=request.organization.pk)
    return redirect("guards:holds")


@require_POST
@requires(Permission.RELEASE_HOLDS)
def close_breaker(request: HttpRequest, pk: int) -> HttpResponse:
    """A person lets a program's claims through again, and says why."""
    reason = request.POST.get("reason_text", "").strip()[:200]
    if not reason:
        messages.error(request, _("Say why claims may go on."))
        return redirect("guards:holds")
    try:
        operations.close_breaker(
            merchant_id=request.organization.pk, breaker_id=pk, reason=reason, by=person(request.user.pk), at=timezone.now()
        )
    except operations.AlreadyDecided as error:
        messages.info(request, str(error))
        return redirect("guards:holds")
    messages.success(request, _("The breaker is closed. Claims it held still wait below."))
    return redirect("guards:holds")
