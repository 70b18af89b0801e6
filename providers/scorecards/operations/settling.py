"""Everything time does to one provider: cards that take effect, demotions that fall due, idleness."""

from datetime import datetime

from marketplace.tenancy.actor import Actor
from providers.scorecards.operations.idling import watch_idle
from providers.scorecards.operations.recalculating import apply_demotions, publish_card
from providers.scorecards.queries import due_demotions, idle_candidates, unpublished


def settle_provider(*, provider_id: int, by: Actor, at: datetime) -> int:
    """Bring one provider up to date; returns how many things changed. Each in a transaction of its own: twice is once."""
    cards = [
        publish_card(provider_id=provider_id, card_id=card_id, by=by, at=at) for _id, card_id in unpublished(only=provider_id)
    ]
    fallen = apply_demotions(by=by, at=at, provider_ids=[provider_id]) if _is_due(provider_id, at) else 0
    said = [
        watch_idle(provider_id=provider_id, active_at=active_at, by=by, at=at)
        for _id, active_at in idle_candidates(at, only=provider_id)
    ]
    return sum(cards) + fallen + sum(bool(word) for word in said)


def _is_due(provider_id: int, at: datetime) -> bool:
    return provider_id in due_demotions(at.date())
