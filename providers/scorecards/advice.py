"""What to do next: what the next level asks for and is still missing, and which part of the score has most to give."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui.kit import Text
from providers.scorecards.formula import LEVELS, Level
from providers.scorecards.models import Scorecard
from providers.scorecards.parts import PartRow, part_rows
from providers.scorecards.words import points


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a level asks for: how far it is, and whether it is met. `now` and `needed` are whole numbers for a bar."""

    text: Text
    now: int
    needed: int
    shown: str

    @property
    def is_met(self) -> bool:
        return self.now >= self.needed


def requirements(card: Scorecard | None, level: Level) -> list[Requirement]:
    """What this level asks for, against the newest card."""
    score, jobs, merchants = (card.score, card.first_time_n, card.merchants_n) if card else (0, 0, 0)
    found = [Requirement(_("Score"), score, level.score, f"{points(score)} / {points(level.score)}")]
    found.append(Requirement(_("Accepted jobs in twelve months"), jobs, level.jobs, f"{jobs} / {level.jobs}"))
    found.append(Requirement(_("Different merchants"), merchants, level.merchants, f"{merchants} / {level.merchants}"))
    if level.needs_calm:
        upheld = card.upheld_recent_n if card else 0
        text = ngettext("%(n)s upheld dispute in 90 days", "%(n)s upheld disputes in 90 days", upheld) % {"n": upheld}
        found.append(Requirement(_("No dispute upheld in 90 days"), int(upheld == 0), 1, text))
    return found


def next_level(level: int) -> Level | None:
    """The level above; None at the top."""
    return LEVELS.get(level + 1)


def most_to_gain(card: Scorecard) -> list[PartRow]:
    """The two parts in which most points are missing, those with events first."""
    return sorted(part_rows(card), key=lambda row: (row.n == 0, -row.lost))[:2]
