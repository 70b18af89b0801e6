"""What a price is lowered by before a contract is drawn up: known in a room above, asked when somebody buys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orders.service.errors import BadTerms
from orders.service.terms import Terms
from providers.listings.models import PublicListing

#: The clause that says what a price was lowered by.
KIND = "discount"
#: (merchant_id, number of the coupon, listing, package, terms at the listed price, at) → the terms then. Raises BadTerms.
Discounted = Callable[[int, int, PublicListing, str, Terms, datetime], Terms]
_known: list[Discounted] = []


@dataclass(frozen=True)
class Discount:
    """What was taken off the whole price, every period's of a standing service, or that of one unit; minor units."""

    listed_minor: int
    off_minor: int

    @property
    def price_minor(self) -> int:
        return self.listed_minor - self.off_minor


def register_discounts(callback: Discounted) -> None:
    """Name the room that has the coupons (from `AppConfig.ready()`); there is one."""
    if callback not in _known:
        _known.append(callback)


def discounted(merchant_id: int, coupon_id: int, listing: PublicListing, package: str, terms: Terms, at: datetime) -> Terms:
    """The terms with the coupon's discount in their prices and in a clause. Raises BadTerms where it does not apply."""
    for callback in _known:
        return callback(merchant_id, coupon_id, listing, package, terms, at)
    raise BadTerms.unknown_clause("discount")


def discount_of(terms: Terms) -> Discount | None:
    """The discount in the terms; None where they are at the listed price."""
    clause = terms.clauses.get(KIND)
    return None if clause is None else Discount(clause["listed_minor"], clause["off_minor"])
