"""Since when a company is verified, as onboarding knows it: profiles lie beneath onboarding and cannot ask themselves."""

from datetime import datetime

from providers.onboarding.models import Application
from providers.onboarding.states import VERIFIED


def company_verified_at(provider_id: int) -> datetime | None:
    """When the company was verified; None when it is not (any more). Needs the provider's scope."""
    verified = Application.objects.filter(provider_id=provider_id, state__in=VERIFIED)
    return verified.values_list("verified_at", flat=True).first()
