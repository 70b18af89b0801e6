"""Disputes about real money: one each side can act in, with its steps, and milestones that may still be disputed."""

from datetime import UTC, datetime

from django.utils import timezone

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.disputes.operations import open_dispute
from tests import cast
from tests.tenancy.fills.work import _milestone

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """`merchant_dispute` is acted in by merchants, `provider_dispute` by providers; `…_disputable` are milestones."""
    sides = {"merchant": (merchant.id, merchant.owner), "provider": (provider.id, provider.owner)}
    with scope(merchant.id):
        rows = {name: _milestone(merchant, provider, "delivered") for name in ("merchant", "provider", "m", "p")}
    found = {}
    for side, (organization_id, owner) in sides.items():
        found[f"{side}_dispute"] = open_dispute(
            organization_id=organization_id, milestone_id=rows[side].pk, reason="quality",
            statement=f"{merchant.slug}: {provider.slug}", to_provider=50_00, by=person(owner.pk), at=timezone.now(),
        ).pk  # fmt: skip
    return {
        **found,
        "dispute": found["merchant_dispute"],
        "merchant_disputable": rows["m"].pk,
        "provider_disputable": rows["p"].pk,
    }
