"""A row in every table of profiles."""

from datetime import datetime

from marketplace.tenancy.scope import scope
from providers.profiles.models import Case, CaseConsent, Pause, Profile, ProfileVersion, PublicProvider
from tests import cast


def fill(provider: cast.Provider, *, at: datetime) -> dict[str, int]:
    with scope(provider.id):
        Profile.objects.create(provider_id=provider.id)
        ProfileVersion.objects.create(provider_id=provider.id, number=1, edited_at=at)
        pause = Pause.objects.create(provider_id=provider.id, from_date=at.date(), until_date=at.date())
        case = Case.objects.create(provider_id=provider.id, title_en=f"{provider.slug} case", edited_at=at)
        PublicProvider.objects.create(provider_id=provider.id, slug=provider.slug, name_en=provider.slug, published_at=at)
    return {"pause": pause.pk, "case_study": case.pk}


def fill_merchant(merchant: cast.Merchant, *, at: datetime) -> dict[str, int]:
    with scope(merchant.id):
        answer = CaseConsent.objects.create(
            merchant_id=merchant.id, provider_id=1, case_id=1, revision=1, title=merchant.slug, state="refused",
            decided_by="user:1", decided_at=at,
        )  # fmt: skip
    return {"case_consent": answer.pk}
