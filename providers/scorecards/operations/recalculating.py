"""The monthly recalculation: one statement for all providers, then each provider's level, public row and news."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.scorecards import formula
from providers.scorecards.models import LevelState, Scorecard
from providers.scorecards.notices import in_each_language
from providers.scorecards.operations.public import publish
from providers.scorecards.queries import newest_card, unpublished
from providers.scorecards.states import Stand, move

STATEMENT = Path(__file__).parent.parent.joinpath("recalculation.sql").read_text()


class NotAMonth(ValueError):
    """A month is named by its first day, and must have begun: a mistake of the caller."""


def recalculate(*, month: date, by: Actor, at: datetime) -> int:
    """Write the scorecards of every provider for the month that begins on `month` (UTC); returns how many are new.

    Counts the events of the twelve months before that day. A card that exists is left alone: twice is once.
    """
    if month.day != 1 or month > at.date():
        raise NotAMonth(month.isoformat())
    with transaction.atomic(using="system", durable=True), connections["system"].cursor() as cursor:
        cursor.execute(STATEMENT, _parameters(month, at))
        return int(cursor.rowcount)


def _parameters(month: date, at: datetime) -> dict[str, Any]:
    levels = {
        f"{letter}{number}": value
        for number, level in formula.LEVELS.items()
        for letter, value in (("s", level.score), ("j", level.jobs), ("m", level.merchants))
    }
    return {
        "month": month,
        "at": at,
        "months": formula.MONTHS,
        "recent_days": formula.RECENT.days,
        "answer_minutes": formula.ANSWER_MINUTES,
        "n": formula.PRIOR_N,
        "good": formula.PRIOR_GOOD,
        "dispute": formula.DISPUTE_WEIGHT,
        **{f"w_{part.code}": part.weight for part in formula.PARTS.values()},
        **levels,
    }


def publish_scores(*, by: Actor, at: datetime) -> int:
    """Publish every card that is calculated and not published yet, earliest month first; returns how many.

    Each provider has a transaction of its own: killed anywhere, the next call goes on.
    """
    waiting = unpublished()
    for provider_id, card_id in waiting:
        publish_card(provider_id=provider_id, card_id=card_id, by=by, at=at)
    return len(waiting)


def publish_card(*, provider_id: int, card_id: int, by: Actor, at: datetime) -> bool:
    """Let one card take effect on the provider's level and public row; whether it was waiting. Raises NotFound."""
    with scope(provider_id, durable=True):
        state = locked_state(provider_id, at)
        card = Scorecard.objects.select_for_update().filter(provider_id=provider_id, pk=card_id).first()
        if card is None:
            raise NotFound
        if card.published_at is not None:
            return False
        card.published_at = at
        card.save(update_fields=["published_at"])
        facts = {"month": card.month.isoformat(), "score": card.score, "earned": card.earned_level, "level": state.level}
        record(merchant_id=provider_id, by=by, action="providers.score.published", facts=facts)
        _settle(state, card, by, at)
        publish(provider_id=provider_id, at=at)
        return True


def apply_demotions(*, by: Actor, at: datetime, provider_ids: list[int]) -> int:
    """Carry out the demotions of these providers whose thirty days are over; returns how many levels fell."""
    fallen = 0
    for provider_id in provider_ids:
        with scope(provider_id, durable=True):
            state = locked_state(provider_id, at)
            card = newest_card(provider_id)
            if card is None or state.demotion_on is None or state.demotion_on > at.date():
                continue
            fallen += _settle(state, card, by, at)
            publish(provider_id=provider_id, at=at)
    return fallen


def locked_state(provider_id: int, at: datetime) -> LevelState:
    """The provider's level, locked; made when there is none. Needs the provider's scope."""
    LevelState.objects.get_or_create(provider_id=provider_id, defaults={"since": at})
    return LevelState.objects.select_for_update().get(provider_id=provider_id)


def _settle(state: LevelState, card: Scorecard, by: Actor, at: datetime) -> bool:
    """Move the level by what the card earned, tell it, and say whether it changed."""
    old = Stand(state.level, state.demotion_to, state.demotion_on)
    moved = move(old, earned=card.earned_level, today=at.date())
    if moved.stand == old:
        return False
    new = moved.stand
    changed = new.level != old.level
    state.level, state.demotion_to, state.demotion_on = new.level, new.demotion_to, new.demotion_on
    state.since = at if changed else state.since
    state.save(update_fields=["level", "demotion_to", "demotion_on", "since"])
    if moved.said:
        facts = {"old": old.level, "new": new.level, "demotion_to": new.demotion_to, "month": card.month.isoformat()}
        record(merchant_id=state.provider_id, by=by, action=f"providers.level.{moved.said}", facts=facts)
        _tell(state.provider_id, moved.said, old, new, card, at)
    return changed


def _tell(provider_id: int, said: str, old: Stand, new: Stand, card: Scorecard, at: datetime) -> None:
    level = new.demotion_to if said == "warned" and new.demotion_to else new.level
    tell(
        organization_id=provider_id,
        kind=f"providers.level.{said}",
        facts={
            "level": in_each_language(formula.level_label(level)),
            "now": in_each_language(formula.level_label(old.level)),
            "day": (new.demotion_on or at.date()).isoformat(),
        },
        url="/desk/score/",
        effect_key=f"level:{said}:{card.month.isoformat()}:{old.level}:{new.level}",
        at=at,
    )
