"""Price files, sales, and prices observed in the orders."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.labels import reason_label
from orders.store import queries
from orders.store.ingest.problems import ImportProblem
from orders.store.ingest.rows import ShopContext
from orders.store.prices.operations import import_prices
from orders.store.promotions.operations import import_promotions
from orders.store.tasks import observe_prices
from orders.store.uploads import keep
from orders.store.web.forms import PriceForm

SHOWN = 5


@require_POST
@requires(Permission.IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    """Store a file of prices or sales; say what was stored and which rows were not."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        form = PriceForm(request.POST, request.FILES, shops=queries.shops(request.organization.pk))
        valid = form.is_valid()
    if not valid:
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("imports:list")
    shop = ShopContext.of(form.cleaned_data["price_shop"])
    path = keep(form.cleaned_data["price_file"], merchant_id=shop.merchant_id)
    try:
        store = import_prices if form.cleaned_data["kind"] == "prices" else import_promotions
        _tell(request, store(shop=shop, path=path, by=person(request.user.pk)))
    except ImportProblem as problem:
        messages.error(request, problem.in_words())
    finally:
        path.unlink(missing_ok=True)
    return redirect("imports:list")


def _tell(request: HttpRequest, tally: dict[str, Any]) -> None:
    stored = tally["rows_read"] - tally["quarantined"]
    messages.success(request, ngettext("%(n)s row is stored.", "%(n)s rows are stored.", stored) % {"n": stored})
    for row in tally["broken"][:SHOWN]:
        messages.warning(request, _("Row %(row)s: %(reason)s") % {"row": row["row"], "reason": reason_label(row["reason"])})
    if len(tally["broken"]) > SHOWN:
        messages.warning(request, _("%(n)s more rows were not stored.") % {"n": len(tally["broken"]) - SHOWN})


@require_POST
@requires(Permission.IMPORT)
def observe(request: HttpRequest) -> HttpResponse:
    """Derive prices from what buyers paid, in every shop of the merchant."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        ids = list(queries.shops(request.organization.pk).values_list("pk", flat=True))
    for shop_id in ids:
        observe_prices.delay(merchant_id=request.organization.pk, shop_id=shop_id)
    messages.success(request, _("Prices are being observed in your orders; products show them in a moment."))
    return redirect("imports:list")
