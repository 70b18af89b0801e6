"""Whether what is published may be seen now."""

from providers.moderation.standing import standing
from providers.onboarding.gate import may
from providers.onboarding.models import Qualification

#: Of the gate's reasons those that take published listings out of sight; the others only stop what is new.
GONE = frozenset({"SUSPENDED", "EXPIRED", "LEAVING", "DEBT"})


def is_shown(provider_id: int, category: str) -> bool:
    """Hidden: by a penalty, while the company is suspended, leaving or in debt, and when licence or category papers have run out.

    Needs the provider's scope. A ruling that pauses a provider leaves what is published visible.
    """
    if standing(provider_id).is_hidden:
        return False
    codes = {reason.code for reason in may(provider_id, "list", category).reasons}
    if codes & GONE:
        return False
    expired = Qualification.objects.filter(provider_id=provider_id, category=category, state="expired")
    return not ("NOT_QUALIFIED" in codes and expired.exists())
