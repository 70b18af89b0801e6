"""How a level moves: up at once, down only after thirty days in which it was told. Pure: no clock, no database."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from providers.scorecards.formula import GRACE

Said = Literal["", "promoted", "warned", "recovered", "demoted"]


@dataclass(frozen=True, slots=True)
class Stand:
    """A level, and the demotion that waits: to which level and on which day."""

    level: int = 1
    demotion_to: int | None = None
    demotion_on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a level stands after looking at what was earned, and what the provider is told."""

    stand: Stand
    said: Said = ""


def move(stand: Stand, *, earned: int, today: date) -> Move:
    """What a newly earned level does to the one a provider has.

    | earned | a demotion waits | then |
    |---|---|---|
    | more | either | that level, at once |
    | the same | no | nothing |
    | the same | yes | the demotion is off |
    | less | no | a demotion in thirty days |
    | less | yes, later | the same day, to the level earned now |
    | less | yes, due | that level |
    """
    if earned > stand.level:
        return Move(Stand(earned), "promoted")
    if earned == stand.level:
        return Move(Stand(stand.level), "recovered" if stand.demotion_on else "")
    if stand.demotion_on is None:
        return Move(Stand(stand.level, earned, today + GRACE), "warned")
    if today < stand.demotion_on:
        return Move(Stand(stand.level, earned, stand.demotion_on))
    return Move(Stand(earned), "demoted")
