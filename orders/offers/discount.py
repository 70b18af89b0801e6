"""A coupon in a contract: prices are lowered to the cent when it is drawn up, a clause says by how much, signing uses it up.

The discount is part of the whole price, of every period's price of a standing service, or of a unit's price; it is rounded down
to the minor unit.
Commission and every fee are taken from the lowered amounts, because those are what is funded and released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.money import largest_remainder
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from orders.offers.limits import DISCOUNTED, MOST_OFF
from orders.offers.models import Coupon
from orders.offers.queries import coupon_to_use
from orders.service.discounts import KIND
from orders.service.errors import BadTerms
from orders.service.models import Milestone, ServiceOrder
from orders.service.queries import signed_terms
from orders.service.terms import Terms, UnitTerms
from providers.listings.models import PublicListing

NUMBERS = ("coupon", "listed_minor", "off_minor")


def discounted(merchant_id: int, coupon_id: int, listing: PublicListing, package: str, terms: Terms, at: datetime) -> Terms:
    """The terms at the coupon's price. Raises BadTerms when it is used, over, or for something else."""
    with scope(merchant_id):
        coupon = Coupon.objects.filter(merchant_id=merchant_id, pk=coupon_id, listing_id=listing.listing_id).first()
    if coupon is None or not coupon.is_good(at) or coupon.package not in ("", package) or terms.model not in DISCOUNTED:
        raise BadTerms(_("The coupon does not fit, was used or is over. Order without it, or ask the provider."), "coupon")
    if terms.currency != coupon.currency:
        raise BadTerms(_("The coupon is in another currency than the service is now."), "coupon")
    listed = _price(terms)
    off = listed * coupon.value // 10_000 if coupon.kind == Coupon.Kind.PERCENT else coupon.value
    if not 0 < off * 10_000 <= listed * MOST_OFF:
        raise BadTerms(_("The price has changed, and the coupon does not fit it any more."), "coupon")
    clause = {"coupon": coupon.pk, "listed_minor": listed, "off_minor": off}
    return replace(_lowered(terms, off), clauses={**terms.clauses, KIND: clause})


def _price(terms: Terms) -> int:
    """What the discount is taken from: everything, a period, or one unit."""
    if terms.units is not None:
        return terms.units.price_minor
    return terms.recurring.price_minor if terms.recurring is not None else sum(each.amount_minor for each in terms.milestones)


def _lowered(terms: Terms, off: int) -> Terms:
    if terms.units is not None:
        return _cheaper_units(terms, terms.units, off)
    standing = terms.recurring
    if standing is not None:
        price = standing.price_minor - off
        is_monthly = standing.period_minor is None and standing.period_months == 1
        return replace(terms, recurring=replace(standing, monthly_minor=price, period_minor=None if is_monthly else price))
    amounts = [each.amount_minor for each in terms.milestones]
    rest = largest_remainder(sum(amounts) - off, amounts)
    rows = zip(terms.milestones, rest, strict=True)
    return replace(terms, milestones=tuple(replace(each, amount_minor=amount) for each, amount in rows if amount))


def _cheaper_units(terms: Terms, units: UnitTerms, off: int) -> Terms:
    """Each costs less, and with it what all of them come to: the one milestone, or the period."""
    less, standing = off * units.quantity, terms.recurring
    return replace(
        terms,
        units=replace(units, price_minor=units.price_minor - off),
        milestones=tuple(replace(each, amount_minor=each.amount_minor - less) for each in terms.milestones),
        recurring=standing and replace(standing, monthly_minor=standing.monthly_minor - less),
    )


def checked(data: Mapping[str, Any], terms: Terms) -> Mapping[str, Any]:
    """Three whole numbers that can be true. Raises BadTerms."""
    if set(data) != set(NUMBERS) or not all(isinstance(data[name], int) and data[name] > 0 for name in NUMBERS):
        raise BadTerms.unknown_clause(KIND)
    if data["off_minor"] >= data["listed_minor"]:
        raise BadTerms.unknown_clause(KIND)
    return {name: data[name] for name in NUMBERS}


def described(data: Mapping[str, Any], terms: Terms) -> Sequence[str]:
    """One line of the contract."""
    words = {
        "n": data["coupon"], "off": formats.money(data["off_minor"], terms.currency),
        "listed": formats.money(data["listed_minor"], terms.currency),
        "rest": formats.money(data["listed_minor"] - data["off_minor"], terms.currency),
    }  # fmt: skip
    if terms.units is not None:
        return [_("Coupon no. %(n)s: %(off)s off the listed price of %(listed)s for each, %(rest)s when it was ordered.") % words]
    if terms.is_recurring:
        return [
            _("Coupon no. %(n)s: %(off)s off the listed price of %(listed)s of every period, %(rest)s when it was ordered.")
            % words
        ]
    return [_("Coupon no. %(n)s: %(off)s off the listed price of %(listed)s, %(rest)s when it was ordered.") % words]


def used(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Signing uses the coupon up, once whatever was drawn up with it. Raises NotPossible."""
    clause = signed_terms(order).clauses.get(KIND)
    if clause is None:
        return
    found = coupon_to_use(order.merchant_id, clause["coupon"])
    if found is None or found.provider_id != order.provider_id or found.state != Coupon.State.SENT:
        raise NotPossible(_("The coupon of this contract was used or withdrawn meanwhile. Cancel the contract and order again."))
    found.state, found.order_id, found.closed_at = Coupon.State.USED, order.pk, at
    found.save(update_fields=["state", "order_id", "closed_at"])
    record(merchant_id=order.merchant_id, by=by, action="orders.offer.used", facts={"coupon": found.pk, "order_id": order.pk})


def given_back(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """A contract that was cancelled before anything was paid leaves the coupon as it was."""
    mine = Coupon.objects.filter(merchant_id=order.merchant_id, order_id=order.pk, state=Coupon.State.USED)
    if mine.update(state=Coupon.State.SENT, order_id=None, closed_at=None):
        record(merchant_id=order.merchant_id, by=by, action="orders.offer.given_back", facts={"order_id": order.pk})
