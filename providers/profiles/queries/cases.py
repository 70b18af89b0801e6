"""A provider's cases, and a merchant's answers about them."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from providers.profiles.models import Case, CaseConsent


def cases(provider_id: int) -> QuerySet[Case]:
    """Newest first, the archived ones last. Needs the provider's scope."""
    return Case.objects.filter(provider_id=provider_id).order_by("-edited_at", "-id")


def access_case(*, provider_id: int, pk: int) -> Case:
    """Raises NotFound for foreign and missing alike. Needs the provider's scope."""
    found = Case.objects.filter(provider_id=provider_id, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such case."))
    return found


def consents(merchant_id: int) -> QuerySet[CaseConsent]:
    """What a merchant has answered, newest first. Needs the merchant's scope."""
    return CaseConsent.objects.filter(merchant_id=merchant_id).order_by("-decided_at", "-id")


def access_consent(*, merchant_id: int, pk: int) -> CaseConsent:
    """Raises NotFound for foreign and missing alike. Needs the merchant's scope."""
    found = CaseConsent.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such answer."))
    return found
