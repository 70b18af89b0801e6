"""Every act of moderation: opening and deciding reviews, reports, penalties, appeals."""

from providers.moderation.operations.reviews import claim_review, decide, open_review, release_review, withdraw_review

__all__ = ["claim_review", "decide", "open_review", "release_review", "withdraw_review"]
