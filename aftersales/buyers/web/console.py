"""A merchant's buyers: find one, and read everything that happened with him."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from aftersales.buyers import queries
from aftersales.buyers.web.happenings import happenings
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.store.directory import addresses
from orders.store.models import Buyer

PAGE = 50


@require_safe
@requires(Permission.VIEW_ORDERS)
def buyer_list(request: HttpRequest) -> HttpResponse:
    """Buyers, newest first; `q` is the beginning of a customer number, or a whole e-mail address or phone number."""
    merchant_id = request.organization.pk
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    found = queries.found_buyers(merchant_id, text) if text else queries.buyers(merchant_id)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    orders = queries.orders_of(merchant_id, [buyer.pk for buyer in page.object_list])
    rows = [(buyer, *orders.get(buyer.pk, (0, None))) for buyer in page.object_list]
    context = {"page_obj": page, "rows": rows, "q": text, "has_buyers": bool(rows) or queries.buyers(merchant_id).exists()}
    return TemplateResponse(request, "buyers/console_list.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def buyer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One buyer: what is known, and the whole story, newest first."""
    buyer = queries.access_buyer(merchant_id=request.organization.pk, pk=pk)
    found = happenings(buyer)
    page = Paginator(found.events, PAGE).get_page(request.GET.get("page"))
    context = {
        "buyer": buyer,
        "page_obj": page,
        "is_cut": found.is_cut,
        "email": _masked(_address(buyer, "email")),
        "phone": _masked(_address(buyer, "sms")),
        "orders": queries.orders_of(buyer.merchant_id, [buyer.pk]).get(buyer.pk, (0, None))[0],
    }
    return TemplateResponse(request, "buyers/console_detail.html", context)


def _address(buyer: Buyer, channel: str) -> str:
    found = addresses(buyer.merchant_id, channel, [buyer.pk]).get(buyer.pk)
    return found.to if found else ""


def _masked(address: str) -> str:
    """Enough to recognise an address, not to use it: `li•••@example.cn`, `138••••5678`."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:2]}•••@{domain}"
    return f"{address[:3]}••••{address[-4:]}" if len(address) > 7 else "•" * len(address)
