"""A window of time to pay, drawn: its reminders, the quiet hours, and what the quiet hours move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from aftersales.programs.presale_balance.rules import Planned, QuietHours, schedule
from aftersales.programs.presale_balance.web.words import channel_name, step_name, window_words
from marketplace.ui import formats
from marketplace.ui.charts import Chart, Legend, Size, Table
from marketplace.ui.charts.base import anchor
from marketplace.ui.charts.scale import Linear
from marketplace.ui.charts.svg import el, join, line, text
from marketplace.ui.kit import Text

#: Vertical distance of the lanes, and where the first one is, in SVG units.
LANE, FIRST = 62, 46
#: Hours between the labels of the axis, whichever is the first to fit.
HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720)
STEP_TONES = {1: 1, 2: 3, 3: 4}


class Lane(NamedTuple):
    """A kind of buyer and what becomes of each step for it."""

    name: Text
    touches: Sequence[Planned]


@dataclass(frozen=True, kw_only=True)
class WindowChart(Chart):
    """One lane per kind of buyer, from `opens_at` to `closes_at` in the shop's zone."""

    lanes: Sequence[Lane]
    quiet: QuietHours
    opens_at: datetime
    closes_at: datetime
    tz: str
    #: Not the window of a real order.
    is_example: bool = True

    def drawing(self, size: Size) -> SafeString:
        tall = size._replace(height=FIRST + LANE * len(self.lanes) + 14)
        x = Linear(self.opens_at.timestamp(), self.closes_at.timestamp(), 14, size.width - 14)
        bottom = tall.height - 26
        parts = [self._band(since, until, x, bottom) for since, until in self._nights()]
        for place, lane in enumerate(self.lanes):
            parts += self._lane(lane, FIRST + place * LANE, x, tall)
        return self.svg(tall, *parts, self._axis(x, tall, bottom))

    def _nights(self) -> Iterator[tuple[datetime, datetime]]:
        """The quiet hours inside the window."""
        moment = self.opens_at
        while moment < self.closes_at:
            if self.quiet.covers(moment):
                until = min(self.quiet.next_allowed(moment), self.closes_at)
                yield moment, until
                moment = until + timedelta(minutes=1)
            else:
                moment += timedelta(minutes=15)

    def _band(self, since: datetime, until: datetime, x: Linear, bottom: float) -> SafeString:
        left, right = x(since.timestamp()), x(until.timestamp())
        return el("rect", x=left, y=20, width=max(right - left, 1.0), height=bottom - 20, class_="c-band")

    def _lane(self, lane: Lane, y: int, x: Linear, size: Size) -> list[SafeString]:
        left, right = x.start, x.end
        parts = [text(left, y - 14, lane.name, "start"), line(left, y, right, y, "c-axis")]
        for planned in lane.touches:
            if planned.due_at is None:
                continue
            tone, at, wanted = STEP_TONES[planned.step.number], x(planned.due_at.timestamp()), x(planned.nominal_at.timestamp())
            if planned.shift:
                parts.append(line(wanted, y, at, y, f"c-link c-{tone}"))
            title = f"{step_name(planned.step.number)} · {self._time(planned.due_at)} · {channel_name(planned.channel)}"
            mark = el("circle", el("title", title), cx=at, cy=y, r=5, class_=f"c-mark c-{tone}")
            parts += [mark, text(at, y + 20, self._clock(planned.due_at), anchor(at, size))]
        return parts

    def _axis(self, x: Linear, size: Size, bottom: float) -> SafeString:
        span = (self.closes_at - self.opens_at) / timedelta(hours=1)
        step = next((hours for hours in HOURS if span / hours <= size.labels), HOURS[-1])
        first = self.opens_at.astimezone(ZoneInfo(self.tz)).replace(minute=0, second=0, microsecond=0)
        ticks = [first + timedelta(hours=step * place) for place in range(int(span / step) + 2)]
        return join(
            text(x(tick.timestamp()), bottom + 18, self._tick(tick, step), anchor(x(tick.timestamp()), size))
            for tick in ticks
            if self.opens_at <= tick <= self.closes_at
        )

    def _tick(self, moment: datetime, step: int) -> str:
        return formats.short_date(moment, self.tz) if step >= 24 else self._clock(moment)

    def _clock(self, moment: datetime) -> str:
        return moment.astimezone(ZoneInfo(self.tz)).strftime("%H:%M")

    def _time(self, moment: datetime) -> str:
        return formats.local_datetime(moment, self.tz)

    def legend(self) -> list[Legend]:
        steps = sorted({planned.step.number for lane in self.lanes for planned in lane.touches})
        return [Legend(step_name(step), STEP_TONES[step]) for step in steps]

    def table(self) -> Table:
        rows = [
            [str(lane.name), step_name(planned.step.number), *self._cells(planned)]
            for lane in self.lanes
            for planned in lane.touches
        ]
        return Table([_("Buyer"), _("Reminder"), _("At"), _("Channel")], rows)

    def _cells(self, planned: Planned) -> list[str]:
        if planned.due_at is None:
            return ["–", str(formats_reason(planned.reason))]
        return [self._time(planned.due_at), channel_name(planned.channel)]

    def read(self) -> str:
        return window_words(self.opens_at, self.closes_at, self.tz, example=self.is_example)


def formats_reason(code: str) -> Text:
    """Why a step is left out of a window."""
    return {
        "outside_window": _("outside the window"),
        "quiet_hours": _("only quiet hours left"),
        "overtaken": _("too close to a later one"),
        "no_address": _("cannot be reached"),
    }.get(code, code)


def window_chart(
    settings: dict[str, Any], *, opens_at: datetime, closes_at: datetime, tz: str, is_example: bool = True
) -> WindowChart:
    """What a policy does in a window: for buyers with e-mail and phone, and for those with one of them."""
    kinds: tuple[tuple[Text, frozenset[str]], ...] = (
        (_("E-mail and phone known"), frozenset({"email", "sms", "in_app"})),
        (_("Only the e-mail known"), frozenset({"email", "in_app"})),
        (_("Only the phone known"), frozenset({"sms", "in_app"})),
    )
    lanes = [
        Lane(name, schedule(settings, opens_at=opens_at, closes_at=closes_at, tz=tz, reachable=reachable))
        for name, reachable in kinds
    ]
    return WindowChart(
        title=_("The reminders of one window"),
        lanes=lanes,
        quiet=QuietHours.of(settings, tz),
        opens_at=opens_at,
        closes_at=closes_at,
        tz=tz,
        is_example=is_example,
    )
