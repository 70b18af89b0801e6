"""What all charts share: sizes, series, the frame with axes, the table."""

import zlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.safestring import SafeString

from marketplace.ui import formats
from marketplace.ui.charts.scale import LONG_AXIS, Linear, nice_ticks
from marketplace.ui.charts.svg import el, join, line, text
from marketplace.ui.kit import Text

SERIES_TONES = 6


class Size(NamedTuple):
    """A drawing's measures in SVG units."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    labels: int

    @property
    def x_range(self) -> tuple[int, int]:
        return self.left, self.width - self.right

    @property
    def y_range(self) -> tuple[int, int]:
        return self.height - self.bottom, self.top


WIDE = Size("wide", 720, 250, 60, 16, 14, 30, 8)
NARROW = Size("narrow", 360, 210, 46, 12, 12, 26, 4)


class Legend(NamedTuple):
    """One entry of the legend; `tone` is 1 … 6."""

    name: Text
    tone: int
    is_mark: bool = False
    value: str = ""


class Table(NamedTuple):
    """The chart's numbers, formatted. The first cell of a row is its header."""

    head: list[Text]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Series:
    """Values by position; None is a gap. `tone` 1 … 6 picks the colour, 0 takes the position's."""

    name: Text
    values: Sequence[float | None]
    tone: int = 0


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """Common fields. `key` makes the ids unique when two charts on one page share a title."""

    title: Text
    reading: Text = ""
    currency: str = ""
    key: str = ""
    inline: bool = field(default=False, init=False)
    css: str = field(default="", init=False)

    def wide(self) -> SafeString:
        """The drawing for containers of 32rem and more."""
        return self.drawing(WIDE)

    def narrow(self) -> SafeString:
        """The drawing for phones and side columns."""
        return self.drawing(NARROW)

    @abstractmethod
    def drawing(self, size: Size) -> SafeString:
        """The SVG of this size."""

    def legend(self) -> list[Legend]:
        return []

    @abstractmethod
    def table(self) -> Table:
        """The numbers for those who would rather read them."""

    def sentence(self) -> Text:
        """The reading: the one given, or one made from the data."""
        return self.reading or self.read()

    def read(self) -> Text:
        return ""

    @property
    def is_empty(self) -> bool:
        return False

    def major(self, value: float) -> float:
        """Major units of a value, for axes."""
        return float(formats.minor_to_decimal(int(value), self.currency)) if self.currency else float(value)

    def show(self, value: float | None) -> str:
        """A value in full."""
        if value is None:
            return "–"
        return formats.money(int(value), self.currency) if self.currency else formats.number(value)

    def svg(self, size: Size, *parts: object) -> SafeString:
        """The outer element with title and description."""
        base = f"{self.key or f'c{zlib.crc32(str(self.title).encode()):08x}'}-{size.name}"
        return el(
            "svg",
            el("title", self.title, id=f"{base}-t"),
            el("desc", self.sentence() or self.title, id=f"{base}-d"),
            *parts,
            class_=f"chart__svg chart__svg--{size.name}",
            view_box=f"0 0 {size.width} {size.height}",
            role="img",
            aria_labelledby=f"{base}-t {base}-d",
        )

    def y_axis(self, size: Size, low: float, high: float) -> tuple[SafeString, Linear]:
        """Grid lines with labels, and the scale from major units to pixels."""
        ticks = nice_ticks(low, high)
        scale = Linear(ticks[0], ticks[-1], *size.y_range)
        left, right = size.x_range
        parts = [
            join(
                [
                    line(left, scale(tick), right, scale(tick), "c-grid" if tick else "c-axis"),
                    text(left - 8, scale(tick) + 4, formats.compact(tick, self.currency or None), "end"),
                ]
            )
            for tick in ticks
        ]
        return join(parts), scale


def tone(series: Series, position: int) -> int:
    """The colour class of a series."""
    return series.tone or position % SERIES_TONES + 1


def anchor(x: float, size: Size) -> str:
    """How a label below the axis is anchored so that it stays inside the drawing."""
    left, right = size.x_range
    if x <= left + 8:
        return "start"
    return "end" if x >= right - 14 else "middle"


def day_label(moment: date, span: timedelta, tz: str | None = None) -> str:
    """A date for an axis that covers `span`."""
    return formats.month(moment, tz) if span > LONG_AXIS else formats.short_date(moment, tz)


def full_label(moment: date, tz: str | None = None) -> str:
    """A date for the table: with the time where there is one."""
    return formats.local_datetime(moment, tz) if isinstance(moment, datetime) else formats.local_date(moment)
