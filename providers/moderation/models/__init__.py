"""What waits for staff, what they decided, and what follows from it."""

from providers.moderation.models.appeals import Appeal
from providers.moderation.models.penalties import Penalty, ProviderStanding
from providers.moderation.models.reports import Report
from providers.moderation.models.reviews import Review
from providers.moderation.models.rules import AutoApproval, Holiday, ReasonTemplate

__all__ = ["Appeal", "AutoApproval", "Holiday", "Penalty", "ProviderStanding", "ReasonTemplate", "Report", "Review"]
