"""What views hand to components, typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise

Text = str | Promise
Tone = Literal["good", "warn", "bad", "info", "muted"]
StepState = Literal["done", "current", "failed", "todo"]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure. `value` is already formatted for the reader."""

    label: Text
    value: Text
    hint: Text = ""
    icon: str = ""
    tone: Tone | Literal[""] = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a process, in order."""

    label: Text
    state: StepState = "todo"


CheckState = Literal["done", "todo", "waiting", "blocked", "later"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a checklist: what it is, how it stands, who acts next, and where."""

    label: Text
    state: CheckState = "todo"
    text: Text = ""
    #: Who acts next, in a word or two; "" when nobody has to.
    who: Text = ""
    url: str = ""
    url_label: Text = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One view among siblings; a link, so that it survives a reload."""

    label: Text
    url: str
    active: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `at` is aware. `url` leads to what it happened to; `said` are words of a person."""

    at: datetime
    title: Text
    text: Text = ""
    tone: Tone = "muted"
    url: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class NavItem:
    """A section of the navigation with its pages, or one of these pages."""

    label: Text
    short: Text
    url: str
    icon: str
    active: bool
    pages: tuple["NavItem", ...] = ()
    #: How much waits there, asked for only where it is drawn.
    count: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of few things to choose between, with what it means; see `ChoiceCards`."""

    value: str
    label: Text
    text: Text = ""
    icon: str = ""
