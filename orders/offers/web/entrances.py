"""The button on a service's page for a merchant who has a coupon for it."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from marketplace.ui.deals import Button
from orders.offers.models import Coupon
from orders.offers.queries import good_coupon
from orders.offers.words import discount_text
from providers.listings.models import PublicListing


def coupon_button(request: HttpRequest, listing: PublicListing) -> Button | None:
    """Order with the discount; nothing for everybody else."""
    organization = getattr(request, "organization", None)
    if organization is None or Permission.HIRE not in getattr(request, "rights", ()):
        return None
    with scope(organization.pk, read_only=True):
        coupon = good_coupon(organization.pk, listing.listing_id, timezone.now())
    if coupon is None:
        return None
    return Button(_("Your offer: %(discount)s") % {"discount": discount_text(coupon)}, order_url(coupon), "tag", is_primary=True)


def order_url(coupon: Coupon) -> str:
    package = f"&package={coupon.package}" if coupon.package else ""
    return f"{reverse('contracts:new')}?listing={coupon.listing_slug}&coupon={coupon.pk}{package}"
