"""Offers on both consoles: the provider sends them, the merchant orders with them or wants none."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_date, local_datetime
from orders.offers import operations, queries
from orders.offers.limits import MOST_SENT, WINDOW
from orders.offers.models import Coupon
from orders.offers.web.entrances import order_url
from orders.offers.web.filters import OfferFilter, SentFilter, state_of
from orders.offers.web.forms import OfferForm
from orders.offers.words import discount_text
from orders.service.calendar import ZONE

PER_PAGE = 20
TONES = {"sent": "info", "used": "good", "withdrawn": "muted", "over": "muted"}


def _row(coupon: Coupon, now: datetime, states: Mapping[str, Any]) -> dict[str, Any]:
    state = state_of(coupon, now)
    return {
        "coupon": coupon, "discount": discount_text(coupon), "is_good": coupon.is_good(now), "state": states[state],
        "tone": TONES[state], "order_url": order_url(coupon), "dialog": f"withdraw-{coupon.pk}",
    }  # fmt: skip


def _listed(request: HttpRequest, coupons: QuerySet[Coupon], narrowed: type[OfferFilter]) -> dict[str, Any]:
    """What both lists have in common."""
    found, now = narrowed(request.GET, queryset=coupons, request=request), timezone.now()
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "filter": found, "page_obj": page, "rows": [_row(each, now, narrowed.states) for each in page],
        "has_any": bool(page.paginator.count) or coupons.exists(), "zone": ZONE,
        "may_export": Permission.EXPORT in request.rights,
    }  # fmt: skip


def _exported(request: HttpRequest, coupons: QuerySet[Coupon], narrowed: type[OfferFilter], company: str) -> HttpResponseBase:
    """A list as CSV, filtered as on the page. `company` heads the column of the other side."""
    organization_id, query, now = request.organization.pk, request.GET.copy(), timezone.now()

    def rows() -> Iterator[list[str]]:
        with scope(organization_id, read_only=True):
            for coupon in narrowed(query, queryset=coupons, request=request).qs.iterator():
                yield [
                    getattr(coupon, narrowed.other), coupon.title, coupon.package_name, discount_text(coupon),
                    str(narrowed.states[state_of(coupon, now)]), local_datetime(coupon.sent_at, ZONE),
                    local_date(coupon.last_day), coupon.note,
                ]  # fmt: skip

    columns = [
        company, _("Service"), _("Package"), _("Discount"), _("Status"), pgettext("coupon", "Sent on"), _("Valid until"),
        _("Note"),
    ]  # fmt: skip
    return csv_response("offers.csv", columns, rows())


# Of providers.


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def sent(request: HttpRequest) -> HttpResponse:
    provider_id = request.organization.pk
    context = {
        **_listed(request, queries.coupons_of_provider(provider_id), SentFilter), **_limits(provider_id),
        "may_send": Permission.SELL in request.rights,
    }  # fmt: skip
    return TemplateResponse(request, "offers/sent.html", context)


def _limits(provider_id: int) -> dict[str, int]:
    return {"left": queries.left_to_send(provider_id, timezone.now()), "most": MOST_SENT, "days": WINDOW.days}


@require_safe
@requires(Permission.EXPORT, kind="provider")
def export_sent(request: HttpRequest) -> HttpResponseBase:
    return _exported(request, queries.coupons_of_provider(request.organization.pk), SentFilter, _("Merchant"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SELL, kind="provider")
def new(request: HttpRequest) -> HttpResponse:
    provider_id, is_sent = request.organization.pk, request.method == "POST"
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        services, known = queries.own_services(provider_id), queries.known_merchants(provider_id)
        limits = _limits(provider_id)
    form = OfferForm(request.POST if is_sent else None, services=services, known=known)
    if is_sent and form.is_valid() and _sent(request, form):
        return redirect("desk_offers:list")
    context = {"form": form, "services": services, "known": known, **limits}
    return TemplateResponse(request, "offers/new.html", context, status=422 if is_sent else 200)


def _sent(request: HttpRequest, form: OfferForm) -> bool:
    """Send them; what is wrong stands in the form."""
    try:
        made = operations.send_offers(
            provider_id=request.organization.pk, offer=form.offer(), by=person(request.user.pk), at=timezone.now(),
            merchant_ids=[int(pk) for pk in form.cleaned_data["merchants"]],
        )  # fmt: skip
    except NotFound:
        raise
    except UserError as error:
        form.add_error(None, str(error))
        return False
    n = len(made)
    messages.success(request, ngettext("%(n)s offer was sent.", "%(n)s offers were sent.", n) % {"n": n})
    return True


@require_POST
@requires(Permission.SELL, kind="provider")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        operations.withdraw_offer(
            provider_id=request.organization.pk, coupon_id=pk, by=person(request.user.pk), at=timezone.now()
        )
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The offer is withdrawn."))
    return redirect("desk_offers:list")


# Of merchants.


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="merchant")
def received(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    refused = queries.refusals(merchant_id)
    context: dict[str, Any] = {
        **_listed(request, queries.coupons_of_merchant(merchant_id), OfferFilter),
        "refused": [each for each in refused if each.provider_id],
        "refused_ids": {each.provider_id for each in refused},
        "refuses_all": any(each.provider_id == 0 for each in refused),
        "may_hire": Permission.HIRE in request.rights,
    }
    context["offered"] = queries.still_offered(row["coupon"] for row in context["rows"])
    return TemplateResponse(request, "offers/received.html", context)


@require_safe
@requires(Permission.EXPORT, kind="merchant")
def export_received(request: HttpRequest) -> HttpResponseBase:
    return _exported(request, queries.coupons_of_merchant(request.organization.pk), OfferFilter, _("Service provider"))


@require_POST
@requires(Permission.HIRE, kind="merchant")
def refuse(request: HttpRequest) -> HttpResponse:
    """`act` refuse or take; `provider` 0: everybody."""
    text = request.POST.get("provider", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Http404
    facts: dict[str, Any] = {
        "merchant_id": request.organization.pk, "provider_id": int(text), "by": person(request.user.pk), "at": timezone.now(),
    }  # fmt: skip
    if request.POST.get("act") == "take":
        operations.take_offers(**facts)
        messages.success(request, _("Offers are welcome again."))
    else:
        operations.refuse_offers(**facts)
        messages.success(request, _("You get no more of these offers. What was sent stays good."))
    return redirect("offers:list")
