"""Every act of moderation: opening and deciding reviews, reports, penalties, appeals."""

from providers.moderation.operations.appeals import decide_appeal, open_appeal, withdraw_appeal
from providers.moderation.operations.penalties import give_penalty, lift_penalty, refresh_standing
from providers.moderation.operations.reports import decide_report, report, reporter_of
from providers.moderation.operations.reviews import claim_review, decide, open_review, release_review, withdraw_review

__all__ = [
    "claim_review",
    "decide",
    "decide_appeal",
    "decide_report",
    "give_penalty",
    "lift_penalty",
    "open_appeal",
    "open_review",
    "refresh_standing",
    "release_review",
    "report",
    "reporter_of",
    "withdraw_appeal",
    "withdraw_review",
]
