"""An independent recount of a story: order by order, hour by hour, in plain loops, from the rules' text."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.presale.double11 import Person, Presale, Window
from tests.presale.reference import Case, is_quiet, touches, wanted

MINUTE = timedelta(minutes=1)
ENDS = ("refunded", "settled", "deposit_refunded", "cancelled")


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of the text, or of its hexadecimal digits where it is not ASCII."""
    state = 2166136261
    for byte in text.encode() if text.isascii() else text.encode().hex().encode():
        state = ((state ^ byte) * 16777619) % 2**32
    return state


def held_out(seed: str, person: Person, share: float) -> bool:
    ref = person.ref if person.ref.isascii() else person.ref.encode().hex()
    return fnv1a(str(fnv1a(seed + ref))) % 10000 < share * 10000


@dataclass
class Sheet:
    """What the recount knows of one order."""

    order: Presale
    arm: str
    window: Window
    state: str
    steps: list[tuple[int, str, datetime]]
    done: int = 0
    sent: list[tuple[int, str]] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    is_final: bool = False


@dataclass
class Letter:
    """One message: its channel, its times and the orders it is about."""

    person: Person
    channel: str
    run_at: datetime
    drop_after: datetime
    about: list[tuple[Sheet, int, Window]]
    is_open: bool = True
    #: Presales of the orders it was sent about.
    told: list[str] = field(default_factory=list)


@dataclass
class Recount:
    """The whole story so far."""

    policy: Any
    seed: str
    share: float
    sheets: dict[str, Sheet] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)

    def steps(self, person: Person, window: Window) -> list[tuple[int, str, datetime]]:
        return touches(Case(window.opens_at, window.closes_at, "Asia/Shanghai", person.email, person.phone, self.policy))

    # Delivery.

    def deliver(self, now: datetime) -> None:
        for letter in self.letters:
            if letter.is_open and letter.run_at <= now:
                letter.is_open = False
                self._send(letter, now)

    def _send(self, letter: Letter, now: datetime) -> None:
        if letter.drop_after < now:
            for sheet, step, _window in letter.about:
                sheet.dropped.append((step, "late"))
            return
        left = 0
        for sheet, step, window in letter.about:
            reason = self.stop(sheet, window, now)
            if reason:
                sheet.dropped.append((step, reason))
            else:
                left += 1
                sheet.sent.append((step, letter.channel))
                letter.told.append(sheet.order.activity)
                if sheet.state in ("scheduled", "rescheduled"):
                    sheet.state = "touched"
        self.messages["sent" if left else "dropped"] += 1

    def stop(self, sheet: Sheet, window: Window, now: datetime) -> str:
        order = sheet.order
        for moment, reason in (
            (order.paid_at, "paid_meanwhile"), (order.cancelled_at, "cancelled"),
            (order.deposit_refunded_at, "deposit_refunded"), (order.person.opted_out_at, "opted_out"),
        ):  # fmt: skip
            if order.happened(moment, now):
                return reason
        if order.window(now) != window or sheet.window != window:
            return "window_moved"
        return "window_closed" if window.closes_at <= now else ""

    # Planning.

    def run(self, orders: list[Presale], now: datetime) -> None:
        for sheet in self.sheets.values():
            if not sheet.is_final:
                self._follow(sheet, now)
        for order in orders:
            if order.ref not in self.sheets and order.deposit_at <= now:
                self._take_up(order, now)
        self._plan(now)

    def _follow(self, sheet: Sheet, now: datetime) -> None:
        order, before = sheet.order, sheet.state
        window = order.window(now)
        assert window
        days = timedelta(days=self.policy["success_days"])
        moved = window != sheet.window and window.closes_at > now
        if order.happened(order.paid_at, now):
            assert order.paid_at
            over = order.paid_at + days <= now
            sheet.state = "refunded" if order.happened(order.refunded_at, now) else "settled" if over else "balance_paid"
        elif order.happened(order.deposit_refunded_at, now):
            sheet.state = "deposit_refunded"
        elif order.happened(order.cancelled_at, now):
            sheet.state = "cancelled"
        elif order.happened(order.person.opted_out_at, now):
            sheet.state = "opted_out"
        elif moved:
            sheet.state = "holdout" if sheet.arm == "holdout" else "rescheduled"
        elif sheet.window.closes_at <= now and before in ("holdout", "scheduled", "touched", "rescheduled", "enrolled"):
            sheet.state = "expired"
        if moved and sheet.state in ("holdout", "rescheduled", "opted_out"):
            self._cancel(sheet, "window_moved")
            sheet.window = window
            sheet.steps = self.steps(order.person, window)
            late = [step for step, _channel, due in sheet.steps if due + 60 * MINUTE < now]
            sheet.done = max([0, *(step for step, _channel in sheet.sent), *late])
        elif sheet.state != before:
            self._cancel(sheet, {"expired": "window_closed"}.get(sheet.state, sheet.state))
        if sheet.state in ENDS or (sheet.state != "balance_paid" and sheet.window.closes_at + days <= now):
            sheet.is_final = True

    def _cancel(self, sheet: Sheet, reason: str) -> None:
        """What waits in the outbox for this order does not go out any more."""
        reason = "paid_meanwhile" if reason in ("balance_paid", "settled", "refunded") else reason
        for letter in self.letters:
            for place in [place for place in letter.about if letter.is_open and place[0] is sheet]:
                letter.about.remove(place)
                sheet.dropped.append((place[1], reason))

    def _take_up(self, order: Presale, now: datetime) -> None:
        window = order.window(now)
        gone = (order.paid_at, order.cancelled_at, order.deposit_refunded_at)
        if window is None or window.closes_at <= now or any(order.happened(moment, now) for moment in gone):
            return
        arm = "holdout" if held_out(self.seed, order.person, self.share) else "treatment"
        sheet = Sheet(order, arm, window, "", self.steps(order.person, window))
        sheet.done = max([0, *(step for step, _channel, due in sheet.steps if due + 60 * MINUTE < now)])
        if order.happened(order.person.opted_out_at, now):
            sheet.state = "opted_out"
        elif arm == "holdout":
            sheet.state = "holdout"
        else:
            sheet.state = "scheduled" if any(step > sheet.done for step, _channel, _due in sheet.steps) else "enrolled"
        self.sheets[order.ref] = sheet

    def _plan(self, now: datetime) -> None:
        horizon = now + self.policy["plan_ahead_minutes"] * MINUTE
        by_person: dict[str, list[tuple[int, datetime, Sheet, str]]] = {}
        for sheet in self.sheets.values():
            if sheet.arm != "treatment" or sheet.state not in ("scheduled", "touched", "rescheduled"):
                continue
            due = [one for one in sheet.steps if one[0] > sheet.done and one[2] <= horizon]
            if not due:
                continue
            sheet.done = due[-1][0]
            timely = [one for one in due if one[2] + 60 * MINUTE >= now]
            sheet.dropped += [(one[0], "overtaken" if one in timely else "late") for one in due if one not in timely[-1:]]
            for step, channel, at in timely[-1:]:
                if step == 3 and channel == "sms":
                    channel, at = self._in_time(sheet, at, now)
                by_person.setdefault(sheet.order.person.ref, []).append((step, at, sheet, channel))
        for found in by_person.values():
            self._write(found)

    def _in_time(self, sheet: Sheet, at: datetime, now: datetime) -> tuple[str, datetime]:
        """A last SMS planned when its time to leave is over goes by e-mail, or to the account, at the time that was wanted."""
        person, window = sheet.order.person, sheet.window
        case = Case(window.opens_at, window.closes_at, "Asia/Shanghai", person.email, person.phone, self.policy)
        end = at
        while not is_quiet(end, case) and end < min(at + 60 * MINUTE, window.closes_at):
            end += MINUTE
        if now < end:
            return "sms", at
        return "email" if person.email else "in_app", max(at, wanted(case)[3])

    def _write(self, found: list[tuple[int, datetime, Sheet, str]]) -> None:
        """One letter for a buyer's orders, in the words of the furthest step; the cap counts per presale."""
        person = found[0][2].order.person
        kept = []
        for step, at, sheet, channel in found:
            earlier = {
                id(letter)
                for letter in self.letters
                if letter.person is person
                for other in self._alive(letter)
                if other == sheet.order.activity
            }
            if len(earlier) >= self.policy["max_touches"]:
                sheet.dropped.append((step, "cap_reached"))
            else:
                kept.append((step, at, sheet, channel))
        if not kept:
            return
        lead = max(kept, key=lambda one: (one[0], -one[1].timestamp()))
        run_at = max(lead[1], *(sheet.window.opens_at for _step, _at, sheet, _channel in kept), lead[1])
        drop_after = min(run_at + 60 * MINUTE, lead[2].window.closes_at)
        about = [(sheet, step, sheet.window) for step, _at, sheet, _channel in kept]
        self.letters.append(Letter(person, lead[3], run_at, drop_after, about))

    def _alive(self, letter: Letter) -> list[str]:
        """Presales of the orders a letter is or was sent about."""
        return [sheet.order.activity for sheet, _step, _window in letter.about] if letter.is_open else letter.told
