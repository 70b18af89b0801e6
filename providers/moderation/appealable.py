"""What a provider may appeal against. Penalties are ours; other rooms register theirs (a score's events: 14 days).

register_appealable(Appealable(name="score", label=_("Score"), days=14, subject=score_subject, uphold=strike_event))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.tenancy.actor import Actor
from providers.moderation.kinds import SheetFact, Text


@dataclass(frozen=True)
class AppealSubject:
    """What is appealed against, as staff and provider read it. The days for an appeal run from `happened_at` (aware).

    `decided_by` is the label of the actor who ruled, who may not decide the appeal; "" for numbers nobody ruled on.
    """

    title: str
    happened_at: datetime
    facts: Sequence[SheetFact] = ()
    url: str = ""
    decided_by: str = ""


@dataclass(frozen=True)
class Appealable:
    """`subject(provider_id, subject_id)` raises NotFound; `uphold(provider_id, subject_id, by, at)` undoes it.

    Both run in the provider's scope, `uphold` in the transaction of the decision.
    """

    name: str
    label: Text
    days: int
    subject: Callable[[int, int], AppealSubject]
    uphold: Callable[[int, int, Actor, datetime], None]


_appealable: dict[str, Appealable] = {}


def register_appealable(found: Appealable) -> None:
    """Add something to appeal against; its name is taken once."""
    if _appealable.setdefault(found.name, found) != found:
        raise ValueError(f"{found.name!r} is registered twice")


def appealable_named(name: str) -> Appealable:
    """Raises LookupError for a name nobody registered."""
    return _appealable[name]


def appealables() -> list[Appealable]:
    """Everything registered."""
    return list(_appealable.values())
