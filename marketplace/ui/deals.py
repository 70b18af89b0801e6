"""What views hand to the components of a deal: who acts next, its milestones and money, a board of jobs, a month of days."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui.kit import Text, Tone

#: Whose move it is, as the reader sees it.
Side = Literal["you", "them", "market", "nobody"]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Button:
    """Something a page offers to do. Without a `dialog` it is a link to `url`; with one it opens that dialog."""

    label: Text
    url: str = ""
    icon: str = ""
    dialog: str = ""
    is_primary: bool = False
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class NextAct:
    """Who acts next and until when; the first thing every page of a deal says.

    `who` is the other side's name where it waits for them. `consequence` says what happens when the time runs out.
    """

    side: Side
    act: Text
    who: Text = ""
    due_at: datetime | None = None
    consequence: Text = ""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One milestone in a list. `amount` is formatted; `when` is a short line such as "due 3 December"."""

    number: int
    name: Text
    amount: Text
    status: Text
    tone: Tone = "muted"
    when: Text = ""
    text: Text = ""
    url: str = ""
    is_done: bool = False
    is_current: bool = False
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a deal's money. `share` is of 1; `amount` is formatted."""

    label: Text
    amount: Text
    share: float
    tone: int = 1


@dataclass(frozen=True, slots=True)
class BoardCard:
    """A job on a board: its title leads to it, `due` says until when, `side` whose move it is."""

    title: Text
    url: str
    sub: Text = ""
    amount: Text = ""
    due: Text = ""
    tone: Tone | Literal[""] = ""
    side: Side = "nobody"
    act: Text = ""


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A state of work and the jobs in it. `more_url` leads to the whole list where `count` is larger than what is shown."""

    label: Text
    cards: tuple[BoardCard, ...] = ()
    count: int = 0
    more_url: str = ""

    @property
    def hidden(self) -> int:
        return max(0, self.count - len(self.cards))


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day of a calendar."""

    title: Text
    url: str
    sub: Text = ""
    tone: Tone = "muted"


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    is_outside: bool = False
    is_today: bool = False
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday to Sunday. `earlier` and `later` are the addresses of its neighbours."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    earlier: str = ""
    later: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(day.entries for week in self.weeks for day in week)


def month_of(first: date, entries: Mapping[date, Sequence[Entry]], *, today: date, earlier: str = "", later: str = "") -> Month:
    """The month that begins with `first`, filled up to whole weeks."""
    weeks: Iterable[Sequence[date]] = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = tuple(
        tuple(Day(day, day.month != first.month, day == today, tuple(entries.get(day, ()))) for day in week) for week in weeks
    )
    return Month(first, rows, earlier, later)


def time_left(due_at: datetime, now: datetime) -> tuple[str, Tone]:
    """How long is left, or how late it is, in the largest fitting unit; and how urgent that is."""
    left = due_at - now
    if left < timedelta():
        return _late(-left), "bad"
    tone: Tone = "warn" if left < DAY else "info"
    if left >= DAY:
        return ngettext("%(n)s day left", "%(n)s days left", left.days) % {"n": left.days}, tone
    if left >= HOUR:
        hours = left // HOUR
        return ngettext("%(n)s hour left", "%(n)s hours left", hours) % {"n": hours}, tone
    minutes = left // MINUTE
    if not minutes:
        return _("less than a minute left"), tone
    return ngettext("%(n)s minute left", "%(n)s minutes left", minutes) % {"n": minutes}, tone


def _late(over: timedelta) -> str:
    if over >= DAY:
        return ngettext("%(n)s day late", "%(n)s days late", over.days) % {"n": over.days}
    hours = over // HOUR
    if hours:
        return ngettext("%(n)s hour late", "%(n)s hours late", hours) % {"n": hours}
    return _("just past its time")
