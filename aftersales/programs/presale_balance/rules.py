"""Presale balance reminders' policy as data, and the schedule of touches it gives for one window.

The program itself works in sets (`schedule.sql`); this module says which values reach it, and computes the same schedule for one
window where a person wants to see it: the form's timeline, the reason behind a touch. Units: minutes, percent of the window,
shop-local clock times. Source of parameters and rules: docs/presale-balance.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from aftersales.programs.checks import BadPolicy, Check, checked, choice, whole

PROGRAM = "presale_balance"
KIND = "aftersales.presale_balance.reminded"
#: First key of the program's advisory lock: reminders do not wait for runs that book money.
LOCK = 7105
CHANNELS = ("email", "sms", "in_app")
STEPS = (1, 2, 3)
Settings = dict[str, Any]

DEFAULTS: Settings = {
    "t1_after_minutes": 10,
    "t1_channels": ["email", "in_app"],
    "t2_percent": 40,
    "t2_channels": ["email", "sms", "in_app"],
    "t3_before_minutes": 120,
    "t3_channels": ["sms", "email", "in_app"],
    "max_touches": 3,
    "min_gap_minutes": 30,
    "quiet_from": "22:00",
    "quiet_to": "09:00",
    "quiet_channels": ["sms"],
    "max_late_minutes": 60,
    "plan_ahead_minutes": 10,
    "holdout_percent": None,
    "price_drop": "hand_over",
    "out_of_stock": "stop",
    "success_days": 15,
    "forfeit_cap_percent": 20,
    "cost_per_email": 0,
    "cost_per_sms": 5,
}
PRESETS: dict[str, Settings] = {"default": DEFAULTS}
#: Above this many presale orders a control group half as large tells as much.
LARGE_SHOP_ORDERS = 20_000
HOLDOUT_PPM, LARGE_HOLDOUT_PPM = 200_000, 100_000


def _channels(*, least: int) -> Check:
    def check(name: str, value: Any) -> list[str]:
        found = [v for v in value.split(",") if v] if isinstance(value, str) else value
        if not isinstance(found, list) or len(set(map(str, found))) != len(found) or any(v not in CHANNELS for v in found):
            raise BadPolicy(_("%(name)s may list %(known)s, each once.") % {"name": name, "known": ", ".join(CHANNELS)})
        if len(found) < least:
            raise BadPolicy(_("%(name)s needs a channel.") % {"name": name})
        return found

    return check


def _clock(name: str, value: Any) -> str:
    try:
        found = time.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise BadPolicy(_("%(name)s must be a time of day such as 22:00.") % {"name": name}) from error
    if found.tzinfo is not None or found.second or found.microsecond:
        raise BadPolicy(_("%(name)s must be a time of day such as 22:00.") % {"name": name})
    return found.strftime("%H:%M")


_OFF = ("off", "none", "auto")
CHECKS: Mapping[str, Check] = {
    "t1_after_minutes": whole(0, 100_000, nothing=_OFF),
    "t1_channels": _channels(least=1),
    "t2_percent": whole(1, 99, nothing=_OFF),
    "t2_channels": _channels(least=1),
    "t3_before_minutes": whole(1, 100_000, nothing=_OFF),
    "t3_channels": _channels(least=1),
    "max_touches": whole(1, 3),
    "min_gap_minutes": whole(1, 10_000),
    "quiet_from": _clock,
    "quiet_to": _clock,
    "quiet_channels": _channels(least=0),
    "max_late_minutes": whole(1, 10_000),
    "plan_ahead_minutes": whole(0, 60),
    "holdout_percent": whole(0, 90, nothing=_OFF),
    "price_drop": choice("hand_over", "ignore"),
    "out_of_stock": choice("stop", "ignore"),
    "success_days": whole(0, 365),
    "forfeit_cap_percent": whole(0, 100),
    "cost_per_email": whole(0, 10**6),
    "cost_per_sms": whole(0, 10**6),
}


def validated(settings: Mapping[str, Any]) -> Settings:
    """Every parameter with an allowed value, defaults filled in. Raises BadPolicy naming the parameter."""
    return checked(settings, CHECKS, DEFAULTS)


def may_act(settings: Settings) -> bool:
    """Every valid policy may remind; there is none for analysis only."""
    return True


@dataclass(frozen=True)
class Step:
    """One reminder of the policy. `quiet` says where a time in the quiet hours goes: later, or earlier where later is useless."""

    number: int
    anchor: str  # opens | share | closes
    amount: int  # minutes after opening, percent of the window, minutes before closing
    quiet: str  # defer | forward
    channels: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"t{self.number}"

    def nominal(self, opens_at: datetime, closes_at: datetime) -> datetime:
        """When the step is due before quiet hours are looked at. Relative, so that it survives a moved window."""
        if self.anchor == "opens":
            return opens_at + timedelta(minutes=self.amount)
        if self.anchor == "closes":
            return closes_at - timedelta(minutes=self.amount)
        return opens_at + timedelta(minutes=(closes_at - opens_at) // timedelta(seconds=1) * self.amount // 6_000)


def steps_of(settings: Settings) -> list[Step]:
    """The steps that are switched on, in order."""
    shape = (("t1_after_minutes", "opens", "defer"), ("t2_percent", "share", "defer"), ("t3_before_minutes", "closes", "forward"))
    return [
        Step(number, anchor, settings[name], quiet, tuple(settings[f"t{number}_channels"]))
        for number, (name, anchor, quiet) in enumerate(shape, 1)
        if settings[name] is not None
    ]


@dataclass(frozen=True)
class QuietHours:
    """`[start, end)` in shop-local time, over midnight when start > end; equal bounds mean none."""

    start: time
    end: time
    tz: ZoneInfo

    @classmethod
    def of(cls, settings: Settings, tz: str) -> "QuietHours":
        return cls(time.fromisoformat(settings["quiet_from"]), time.fromisoformat(settings["quiet_to"]), ZoneInfo(tz))

    def covers(self, moment: datetime) -> bool:
        local = moment.astimezone(self.tz).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.tz).astimezone(UTC)

    def next_allowed(self, moment: datetime) -> datetime:
        """The first moment from here on that is not quiet."""
        if not self.covers(moment):
            return moment
        local = moment.astimezone(self.tz)
        after_midnight = self.start <= self.end or local.time() < self.end
        return max(moment, self._at(local.date() + timedelta(days=0 if after_midnight else 1), self.end))

    def last_allowed(self, moment: datetime) -> datetime:
        """The last whole minute up to here that is not quiet."""
        if not self.covers(moment):
            return moment
        local = moment.astimezone(self.tz)
        began_today = self.start <= self.end or local.time() >= self.start
        return self._at(local.date() - timedelta(days=0 if began_today else 1), self.start) - timedelta(minutes=1)


@dataclass(frozen=True)
class Planned:
    """One step in one window. Without `due_at` it is left out, for `reason`; `shift` is '', 'deferred' or 'forward'."""

    step: Step
    nominal_at: datetime
    due_at: datetime | None = None
    channel: str = ""
    shift: str = ""
    reason: str = ""


def schedule(settings: Settings, *, opens_at: datetime, closes_at: datetime, tz: str, reachable: frozenset[str]) -> list[Planned]:
    """What happens to each step in the window `[opens_at, closes_at)` for a buyer reachable on these channels.

    A step closer than the smallest gap to a later one (or pushed behind it by quiet hours) is left out: the later says more.
    """
    quiet = QuietHours.of(settings, tz)
    found = [_planned(step, settings, quiet, opens_at, closes_at, reachable) for step in steps_of(settings)]
    gap = timedelta(minutes=settings["min_gap_minutes"])
    return [
        Planned(this.step, this.nominal_at, reason="overtaken")
        if this.due_at and any(later.due_at and later.due_at < this.due_at + gap for later in found[place + 1 :])
        else this
        for place, this in enumerate(found)
    ]


def _planned(
    step: Step, settings: Settings, quiet: QuietHours, opens_at: datetime, closes_at: datetime, reachable: frozenset[str]
) -> Planned:
    nominal = step.nominal(opens_at, closes_at)
    if not opens_at <= nominal < closes_at:
        return Planned(step, nominal, reason="outside_window")
    usable = [channel for channel in step.channels if channel in reachable]
    for channel in usable:
        if channel not in settings["quiet_channels"] or not quiet.covers(nominal):
            return Planned(step, nominal, nominal, channel)
        earlier, later = quiet.last_allowed(nominal), quiet.next_allowed(nominal)
        if step.quiet == "forward" and earlier >= opens_at:
            return Planned(step, nominal, earlier, channel, "forward")
        if later < closes_at:
            return Planned(step, nominal, later, channel, "deferred")
    return Planned(step, nominal, reason="quiet_hours" if usable else "no_address")


def holdout_ppm(settings: Settings, *, orders: int) -> int:
    """The share of buyers that is not reminded, in parts per million: 20 %, from 20,001 presale orders on 10 %, or as set."""
    if settings["holdout_percent"] is not None:
        return int(settings["holdout_percent"]) * 10_000
    return LARGE_HOLDOUT_PPM if orders > LARGE_SHOP_ORDERS else HOLDOUT_PPM
