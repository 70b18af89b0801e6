"""A row in every table of moderation."""

from datetime import UTC, datetime, timedelta

from marketplace.tenancy.scope import scope
from providers.moderation.models import Appeal, Penalty, ProviderStanding, Report, Review
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(provider: cast.Provider) -> dict[str, int]:
    of = {"provider_id": provider.id}
    with scope(provider.id):
        Review.objects.create(
            **of, kind="verification", subject_id=1, title=provider.slug, risk="normal", state="waiting", opened_at=NOW,
            opened_by="user:1", due_at=NOW,
        )  # fmt: skip
        penalty = Penalty.objects.create(
            **of, ruling=f"R-{provider.slug[:10]}", violation="late", points=2, rung="warned", state="active",
            statement=provider.slug, given_at=NOW, given_by="user:1", points_until=NOW + timedelta(days=365),
            appeal_until=NOW + timedelta(days=7),
        )  # fmt: skip
        Appeal.objects.create(
            **of, against="score", subject_id=1, title=provider.slug, text="No.", state="open", opened_at=NOW, opened_by="user:1"
        )
        ProviderStanding.objects.create(**of, points=2, changed_at=NOW)
    return {"penalty": penalty.pk}


def fill_merchant(merchant: cast.Merchant) -> None:
    with scope(merchant.id):
        Report.objects.create(
            merchant_id=merchant.id, about_kind="provider", about_id=1, about_provider_id=1, about_title=merchant.slug,
            reason="spam", text="It is.", state="open", reported_by_id=1, reported_at=NOW,
        )  # fmt: skip
