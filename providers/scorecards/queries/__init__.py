"""Reading scores."""

from providers.scorecards.queries.across import due_demotions, idle_candidates, unpublished
from providers.scorecards.queries.own import (
    access_event,
    card_of,
    cards,
    events_behind,
    events_of,
    level_state,
    newest_card,
    open_plan,
    published_cards,
)

__all__ = [
    "access_event",
    "card_of",
    "cards",
    "due_demotions",
    "events_behind",
    "events_of",
    "idle_candidates",
    "level_state",
    "newest_card",
    "open_plan",
    "published_cards",
    "unpublished",
]
