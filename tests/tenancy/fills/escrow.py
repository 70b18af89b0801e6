"""A row in every table of escrow: a deal that held, moved, released, gave back and took back."""

from datetime import UTC, datetime

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
#: No service order has this id: the rooms above make deals of their own.
ORDER = 2**40


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """The ids of the deal and of its release."""
    with scope(merchant.id):
        escrow.credit_wallet(
            merchant_id=merchant.id, amount=50_000_00, currency="CNY", key="fill", kind="paid_in", at=NOW, by=CLI
        )  # fmt: skip
        deal = escrow.open_deal(
            merchant_id=merchant.id, provider_id=provider.id, order_id=ORDER, number=f"E-{merchant.slug}",
            title=f"{merchant.slug} and {provider.slug}", category="aftersale-service", currency="CNY", at=NOW, by=CLI,
        )  # fmt: skip
        act = {"deal": deal, "at": NOW, "by": CLI}
        escrow.hold(**act, key="milestone:1", amount=3_000_00, title=f"work of {provider.slug} for {merchant.slug}")
        escrow.roll(**act, hold_key="milestone:1", to_hold_key="milestone:2", amount=500_00, title=f"more for {merchant.slug}")
        release = escrow.release(**act, hold_key="milestone:1", key="first", amount=1_000_00)
        escrow.refund(**act, hold_key="milestone:1", key="first", amount=200_00)
        escrow.reverse(**act, release_key="first", key="first", amount=100_00, ruling=f"ruling of {merchant.slug}")
    return {"deal": deal.pk, "release": release.pk}
