"""Views of a provider's listing, and money held for the contract between the two, which is what insights tell of."""

from collections import Counter
from datetime import UTC, datetime

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.insights.counting import View
from orders.insights.operations import write_down
from orders.service.models import ServiceOrder
from providers.listings.models import Listing
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """No ids: the pages name no object."""
    with scope(provider.id):
        listing = Listing.objects.filter(provider_id=provider.id).earliest("pk")
    write_down(Counter({View(provider.id, listing.pk, NOW.date(), "search"): 3}))
    with scope(merchant.id):
        order = ServiceOrder.objects.filter(merchant_id=merchant.id).earliest("pk")
        deal = escrow.open_deal(
            merchant_id=merchant.id, provider_id=provider.id, order_id=order.pk, number=order.number, title=order.title,
            category=order.category, currency=order.currency, at=NOW, by=CLI,
        )  # fmt: skip
        escrow.hold(deal=deal, key="milestone:insights", amount=100_00, title=order.title, at=NOW, by=CLI)
    return {}
