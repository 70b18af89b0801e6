"""Moderation in Django admin: the inbox, rulings, and the rules staff keep."""

from providers.moderation.admin import appeals, penalties, reports, reviews, rules

__all__ = ["appeals", "penalties", "reports", "reviews", "rules"]
