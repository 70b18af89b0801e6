"""A row in every table of profiles."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from marketplace.accounts.operations import create_organization
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from providers.profiles.models import Case, CaseConsent, Pause, Profile, ProfileVersion, PublicProvider
from providers.profiles.operations import ask_merchant, save_case, save_section
from tests import cast

DAYS = {
    "before_from": date(2026, 1, 1), "before_until": date(2026, 1, 31),
    "after_from": date(2026, 2, 1), "after_until": date(2026, 2, 28),
}  # fmt: skip
WHOLE: dict[str, Any] = {
    "about_en": "We run stores for furniture brands and answer their buyers in two languages, day and night. " * 2,
    "logo": "a" * 40, "cities": ["foshan"], "industries": ["furniture"], "platforms": ["jd"], "languages": ["english"],
    "team": [{"name_en": "Lin", "role_en": "Head of operations"}],
}  # fmt: skip


def fill(provider: cast.Provider, *, at: datetime) -> dict[str, int]:
    """An approved profile, and a draft beside it that can be thrown away."""
    values = {**WHOLE, "headline_en": f"{provider.slug} headline"}
    save_section(provider_id=provider.id, values=values, by=CLI, at=at)
    with scope(provider.id):
        Profile.objects.filter(provider_id=provider.id).update(max_active_jobs=9)
        pause = Pause.objects.create(provider_id=provider.id, from_date=at.date(), until_date=at.date())
        ProfileVersion.objects.filter(provider_id=provider.id).update(state="approved")
        facts = {"title_en": f"{provider.slug} case", "merchant_slug": "nobody", "metrics": ["refund_rate"], **DAYS}
        case = Case.objects.create(provider_id=provider.id, edited_at=at, **facts)
        PublicProvider.objects.create(provider_id=provider.id, slug=provider.slug, name_en=provider.slug, published_at=at)
    save_section(provider_id=provider.id, values={"headline_en": "draft"}, by=CLI, at=at)
    return {"pause": pause.pk, "case_study": case.pk}


def fill_merchant(merchant: cast.Merchant, *, at: datetime) -> dict[str, Any]:
    """An answer given, and a link that waits for one."""
    with scope(merchant.id):
        answer = CaseConsent.objects.create(
            merchant_id=merchant.id, provider_id=1, case_id=1, revision=1, title=merchant.slug, state="confirmed",
            decided_by="user:1", decided_at=at,
        )  # fmt: skip
    maker = create_organization(kind="provider", slug=f"{merchant.slug}-case-maker", name=f"{merchant.slug} case maker", by=CLI)
    values = {"title_en": f"{merchant.slug} case", "merchant_slug": merchant.slug, "metrics": ["refund_rate"], **DAYS}
    case = save_case(provider_id=maker, case_id=None, values=values, by=CLI, at=at)
    token = ask_merchant(provider_id=maker, case_id=case.pk, by=CLI, at=timezone.now())
    return {"case_consent": answer.pk, "case_link": token}
