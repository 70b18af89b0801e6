"""Ordering what a listing offers: choose, see what it comes to, and the contract is drawn up to be read and signed."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import language, price
from marketplace.ui.kit import Choice as Card
from marketplace.ui.widgets import ChoiceCards
from orders.service import operations
from orders.service.discounts import discount_of
from orders.service.errors import BadTerms, GateClosed
from orders.service.operations.buying import BUYABLE, Choice, priced
from orders.service.terms import COUNTED, Terms
from orders.service.web.sheet import lines_of
from orders.store.queries import shops
from providers.listings.models import PublicListing
from providers.onboarding.gate import Verdict, may

#: Characters of a number in a form; more is no id.
DIGITS = 18
WISH = gettext_lazy("What the provider should know before it begins. It becomes part of the contract.")


class OrderForm(forms.Form):
    """The parts of an offer that can be chosen; parts the offer has not are left out."""

    def __init__(self, data: Any, *, listing: PublicListing, merchant_id: int) -> None:
        super().__init__(data)
        self.listing, self.merchant_id = listing, merchant_id
        self._packages()
        if listing.offer.get("extras") and listing.pricing_model not in COUNTED:
            choices = [
                (row["key"], f"{_named(row)} (+ {price(row['price_minor'], listing.currency)})")
                for row in listing.offer["extras"]
            ]
            self.fields["extras"] = forms.MultipleChoiceField(
                label=_("Extras"), required=False, widget=forms.CheckboxSelectMultiple, choices=choices
            )
        self.fields["quantity"] = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=1_000_000, initial=1)
        if listing.offer.get("commission"):
            self.fields["shop"] = forms.ModelChoiceField(
                queryset=shops(merchant_id).filter(currency=listing.currency), label=_("Shop whose sales count"), required=False,
                empty_label=_("All shops"),
            )  # fmt: skip
        self.fields["wish"] = forms.CharField(
            label=_("Your wishes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text=WISH
        )

    def _packages(self) -> None:
        code = self.listing.currency
        if self.listing.pricing_model == "subscription":
            rows = self.listing.offer.get("editions", ())
            cards = [Card(row["key"], _named(row)) for row in rows]
            periods = [
                (str(n), ngettext("%(n)s month", "%(n)s months", n) % {"n": n}) for n in self.listing.offer.get("periods", ())
            ]
            self.fields["package"] = _cards(_("Edition"), cards)
            self.fields["months"] = forms.ChoiceField(label=_("Period"), choices=periods)
        else:
            unit = self.listing.offer.get("unit") or {}
            cards = [
                Card(row["key"], _named(row), f"{price(row['price_minor'], code)} / {unit.get(language()) or ''}".rstrip(" /"))
                for row in self.listing.offer.get("packages", ())
            ]
            self.fields["package"] = _cards(_("Package"), cards)

    @property
    def coupon(self) -> int | None:
        """The number of the coupon it was begun with."""
        text = self.data.get("coupon", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None

    def choice(self) -> Choice:
        data = self.cleaned_data
        shop = data.get("shop")
        return Choice(
            data["package"], int(data.get("months") or 1), data.get("extras") or (), data["quantity"],
            shop.pk if shop else None, data["wish"], self.coupon,
        )  # fmt: skip


def _cards(label: str, cards: list[Card]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[(card.value, card.label) for card in cards], widget=ChoiceCards(cards))


def _named(row: Any) -> str:
    return str(row.get(f"name_{language()}") or row.get("name_zh") or row.get("name_en") or "")


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest) -> HttpResponse:
    """`?listing=slug`: GET shows what a choice comes to; POST draws up the contract and leads to it."""
    merchant_id, is_sent = request.organization.pk, request.method == "POST"
    slug = (request.POST if is_sent else request.GET).get("listing", "")
    if not slug and not is_sent:
        return TemplateResponse(request, "service/order.html", {"listing": None})
    with scope(merchant_id, user_id=request.user.pk, read_only=True, savepoint=False):
        listing = PublicListing.objects.select_related("category").filter(slug=slug, pricing_model__in=BUYABLE).first()
        if listing is None:
            raise Http404
        form = OrderForm(request.POST if is_sent else _begun(request, listing), listing=listing, merchant_id=merchant_id)
        terms = _worked_out(form)
    if is_sent and form.is_valid():
        drawn_up = _draw_up(request, listing, form)
        if drawn_up is not None:
            return redirect(f"{reverse('contracts:contract', args=[drawn_up])}#sign")
    gate = may(listing.provider_id, "take_orders", listing.category.slug, at=timezone.now())
    context = {
        "listing": listing,
        "form": form,
        "lines": lines_of(terms) if terms else [],
        "discount": discount_of(terms) if terms else None,
        "terms": terms,
        "gate": gate,
        "trial": trial_of(gate),
        "listing_url": reverse("market:listing", args=[slug]),
    }
    return TemplateResponse(request, "service/order.html", context, status=422 if is_sent else 200)


def trial_of(gate: Verdict) -> dict[str, int] | None:
    """What is left of the provider's trial, for `components/trial.html`; None when it has none."""
    if gate.order_cap is None or not gate.trial_orders_left:
        return None
    return {"left": gate.trial_orders_left, "cap": gate.order_cap}


def _begun(request: HttpRequest, listing: PublicListing) -> Any:
    """What was chosen so far; the first package where nothing was."""
    data = request.GET.copy()
    rows = listing.offer.get("editions" if listing.pricing_model == "subscription" else "packages") or [{"key": ""}]
    chosen = next((row for row in rows if row["key"] == data.get("package")), rows[0])
    data.setdefault("package", chosen["key"])
    data.setdefault("quantity", str(chosen.get("min_quantity") or 1))
    if listing.pricing_model == "subscription":
        data.setdefault("months", next(iter(chosen.get("prices", {})), "1"))
    return data


def _worked_out(form: OrderForm) -> Terms | None:
    """The terms the choice comes to; None while it is not possible."""
    if not form.is_valid():
        return None
    try:
        return priced(form.merchant_id, form.listing, form.choice(), timezone.now())
    except BadTerms as error:
        form.add_error(error.where if error.where in form.fields else None, str(error))
        return None


def _draw_up(request: HttpRequest, listing: PublicListing, form: OrderForm) -> int | None:
    try:
        made = operations.buy_package(
            merchant_id=request.organization.pk, listing_id=listing.listing_id, choice=form.choice(),
            by=person(request.user.pk), at=timezone.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except GateClosed as error:
        form.add_error(None, str(error))
    except BadTerms as error:
        form.add_error(error.where if error.where in form.fields else None, str(error))
    except UserError as error:
        form.add_error(None, str(error))
    else:
        return made.pk
    return None
