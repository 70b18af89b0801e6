"""Hiring: what an offer would have cost on the merchant's own orders."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.formats import language
from merchants.models import Shop
from orders.service.queries import replay
from orders.store.queries import shops
from providers.listings.diff import rate_text
from providers.listings.models import PublicListing

ZONE = MARKET_ZONE


class ReplayForm(forms.Form):
    listing = forms.CharField(widget=forms.HiddenInput)
    package = forms.ChoiceField(label=_("Package"))
    shop: Any = forms.ModelChoiceField(queryset=Shop.objects.none(), label=_("Shop"), required=False, empty_label=_("All shops"))

    def __init__(self, data: Any, *, listing: PublicListing, merchant_id: int) -> None:
        super().__init__(data)
        packages = [(p["key"], p[f"name_{language()}"]) for p in listing.offer.get("packages", ())]
        self.fields["package"].choices = packages  # type: ignore[attr-defined]
        self.fields["shop"].queryset = shops(merchant_id)  # type: ignore[attr-defined]


@require_safe
@requires(Permission.VIEW_ORDERS)
def cost(request: HttpRequest) -> HttpResponse:
    """The last 90 days under the packages of a listing (`?listing=slug`), month by month."""
    slug = request.GET.get("listing", "")
    if not slug:
        return TemplateResponse(request, "services/cost.html", {"listing": None})
    listing = PublicListing.objects.filter(slug=slug, pricing_model="retainer_commission").first()
    if listing is None or not listing.offer.get("packages"):
        raise Http404
    form = ReplayForm(_with_package(request, listing), listing=listing, merchant_id=request.organization.pk)
    if not form.is_valid():
        return TemplateResponse(request, "services/cost.html", {"listing": listing, "form": form, "replay": None}, status=422)
    shop = form.cleaned_data["shop"]
    found = replay(
        merchant_id=request.organization.pk, listing=listing, package=form.cleaned_data["package"],
        shop_id=shop.pk if shop else None, as_of=timezone.now(),
    )  # fmt: skip
    commission = listing.offer["commission"]
    context = {
        "listing": listing, "form": form, "replay": found, "zone": shop.timezone if shop else ZONE, "commission": commission,
        "rate": rate_text(commission["rate"]),
    }  # fmt: skip
    return TemplateResponse(request, "services/cost.html", context)


def _with_package(request: HttpRequest, listing: PublicListing) -> QueryDict:
    """What was asked; the cheapest package where none was named."""
    query = request.GET.copy()
    query.setdefault("package", listing.offer["packages"][0]["key"])
    return query
