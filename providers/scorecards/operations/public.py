"""The public score: written anew from the newest card and the level, in the provider's scope."""

from datetime import datetime, timedelta
from typing import Any

from providers.profiles.verification import verified_since
from providers.scorecards import formula
from providers.scorecards.models import LevelState, PublicScore, Scorecard
from providers.scorecards.parts import part_rows
from providers.scorecards.projecting import announce
from providers.scorecards.queries import newest_card


def publish(*, provider_id: int, at: datetime) -> PublicScore:
    """Bring the public row up to date, in the caller's transaction and the provider's scope."""
    card = newest_card(provider_id)
    state = LevelState.objects.filter(provider_id=provider_id).first()
    row, _new = PublicScore.objects.update_or_create(
        provider_id=provider_id,
        defaults={
            "level": state.level if state else 1,
            "is_braked": state is not None and state.braked_at is not None,
            "newcomer": is_newcomer(provider_id, card, at),
            "changed_at": at,
            **(_numbers(card) if card else {}),
        },
    )
    announce([provider_id])
    return row


def publish_again(provider_id: int, at: datetime) -> None:
    """For rooms that tell when something changed, in the provider's scope: verified just now is a newcomer."""
    publish(provider_id=provider_id, at=at)


def is_newcomer(provider_id: int, card: Scorecard | None, at: datetime) -> bool:
    """Verified not long ago and with few jobs: the newcomer lane. Needs the provider's scope."""
    since = verified_since(provider_id)
    is_young = since is not None and at - since <= timedelta(days=formula.NEWCOMER_DAYS)
    return is_young and (card is None or card.first_time_n < formula.NEWCOMER_JOBS)


def _numbers(card: Scorecard) -> dict[str, Any]:
    has_events = any(row.n for row in part_rows(card))
    rating = (card.rating_good * 20 + card.rating_n * 200 + card.rating_n) // (2 * card.rating_n) if card.rating_n else None
    due, kept = card.renewal_n, card.renewal_good
    return {
        "score": card.score if has_events else None,
        "n": card.first_time_n,
        "rating_n": card.rating_n,
        "rating_mean": rating,
        "renewal_n": due,
        "renewal_rate": (20_000 * kept + due) // (2 * due) if due >= formula.RENEWAL_MIN else None,
        "parts": {
            row.part.code: {"n": row.n, "good": row.good, "share": row.share, "weight": row.part.weight, "points": row.points}
            for row in part_rows(card)
        },
        "month": card.month,
    }
