"""A coupon of acme's from the studio, a provider from whom acme takes none, and merchants the studio can send offers to."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from marketplace.accounts.operations import create_organization
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.offers.models import Coupon, OfferRefusal
from orders.offers.queries import known_merchants, sent_to
from orders.rooms.operations import open_conversation
from orders.rooms.registry import Subject
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    with scope(merchant.id):
        row = Coupon.objects.create(
            merchant_id=merchant.id, provider_id=provider.id, listing_id=1, listing_slug="shelf-shops",
            title_zh=f"{merchant.slug} {provider.slug}", title_en=f"{merchant.slug} {provider.slug}",
            merchant_name=merchant.slug, provider_name=provider.slug, kind="percent", value=1_000, currency="CNY",
            sent_at=NOW, sent_by="user:1", valid_until=timezone.now() + timedelta(days=14),
        )  # fmt: skip
        OfferRefusal.objects.create(
            merchant_id=merchant.id, provider_id=cast.provider("shelf").id, provider_name=merchant.slug, created_at=NOW
        )
    _customers(provider)
    return {"coupon": row.pk}


def _customers(provider: cast.Provider) -> None:
    """Merchants who have talked with the provider: nobody gets more than two offers a month, and every role sends one."""
    for n in range(5):
        name = f"{provider.slug}-{n}"
        customer = create_organization(kind="merchant", slug=name, name=name, by=CLI)
        with scope(customer):
            open_conversation(
                merchant_id=customer, provider_id=provider.id, subject=Subject("listing", provider.id, "shelf-shops"),
                title=name, by=CLI, at=NOW,
            )  # fmt: skip


def willing_merchant(provider_id: int) -> int:
    """The customer, named by a number, who had the fewest offers (acme may refuse them by now). Nothing is written."""
    with scope(provider_id):
        had = sent_to(provider_id, timezone.now())
        customers = [each.id for each in known_merchants(provider_id) if each.name[-1].isdigit()]
        return min(customers, key=lambda pk: had.get(pk, 0))
