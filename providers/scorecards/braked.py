"""What the quality brake says at the gate."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from providers.onboarding.circumstances import Act, Reason
from providers.scorecards.models import LevelState


def brake_reasons(provider_id: int, act: Act, at: datetime) -> list[Reason]:
    """Why a braked provider takes no new orders; live jobs and listings go on. Needs the provider's scope."""
    if act not in ("take_orders", "bid"):
        return []
    if not LevelState.objects.filter(provider_id=provider_id, braked_at__isnull=False).exists():
        return []
    return [
        Reason("QUALITY_BRAKE", _("New orders are paused after two upheld disputes; write an improvement plan."), "/desk/score/")
    ]
