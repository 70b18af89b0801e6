"""A row in every table of moderation. The ruling is of today, so that it can still be appealed."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

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
            statement=provider.slug, given_at=timezone.now(), given_by="user:1",
            points_until=timezone.now() + timedelta(days=365), appeal_until=timezone.now() + timedelta(days=7),
        )  # fmt: skip
        appeal = Appeal.objects.create(
            **of, against="score", subject_id=1, title=provider.slug, text="No.", state="open", opened_at=NOW, opened_by="user:1"
        )
        ProviderStanding.objects.create(**of, points=2, changed_at=timezone.now())
    return {"penalty": penalty.pk, "appeal": appeal.pk}


def fill_merchant(merchant: cast.Merchant) -> None:
    with scope(merchant.id):
        Report.objects.create(
            merchant_id=merchant.id, about_kind="provider", about_id=1, about_provider_id=1, about_title=merchant.slug,
            reason="spam", text="It is.", state="open", reported_by_id=1, reported_at=NOW,
        )  # fmt: skip
