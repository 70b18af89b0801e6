"""Recording what counts, inside the transaction in which it happens."""

from datetime import datetime

from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ScoreEvent
from providers.scorecards.operations.braking import brake_if_due


class WrongValue(ValueError):
    """The value does not fit the kind of event: a mistake of the caller."""


LIMITS = {EventKind.ACCEPTED: (0, 1), EventKind.REVIEWED: (10, 50), EventKind.RULED: (0, 1), EventKind.RENEWED: (0, 1)}


def record_event(
    *,
    provider_id: int,
    kind: EventKind | str,
    at: datetime,
    value: int,
    subject: tuple[str, int],
    key: str,
    label: str = "",
    party_id: int | None = None,
) -> bool:
    """Note something that counts towards the score; returns whether it is new. The same `key` twice is once.

    Called in the provider's scope, inside the caller's transaction. `at` is when it happened, `subject` what it happened to
    (`("order", 12)`), `label` that thing's name, `party_id` the merchant. Units of `value`: see `EventKind`. Raises WrongValue.
    The second dispute upheld within ninety days pauses new orders.
    """
    chosen = EventKind(kind)
    least, most = LIMITS.get(chosen, (0, 2_000_000_000))
    if not least <= value <= most:
        raise WrongValue(f"{chosen}: {value}")
    event = ScoreEvent(
        provider_id=provider_id,
        kind=chosen,
        at=at,
        value=value,
        subject_kind=subject[0],
        subject_id=subject[1],
        label=label[:140],
        party_id=party_id,
        key=key,
    )
    before = ScoreEvent.objects.filter(provider_id=provider_id, key=key)
    if before.exists():
        return False
    ScoreEvent.objects.bulk_create([event], ignore_conflicts=True)
    if chosen == EventKind.RULED and value:
        brake_if_due(provider_id=provider_id, at=at)
    return True
