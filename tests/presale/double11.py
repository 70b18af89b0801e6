"""A Double-11 presale as a platform would tell it: deposits from 1 November, balances on the 11th and 12th, windows that move.

A story is drawn from a seed. `version(order, at)` is what the platform's file says of an order at a moment; nothing here knows
reminders.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Person:
    """A buyer, who may have an e-mail address, a phone, both or neither, and may stop messages."""

    ref: str
    email: bool
    phone: bool
    opted_out_at: datetime | None = None


@dataclass(frozen=True)
class Window:
    """`[opens_at, closes_at)`, as announced at `known_at`."""

    known_at: datetime
    opens_at: datetime
    closes_at: datetime


@dataclass
class Presale:
    """One order and everything that will happen to it."""

    ref: str
    person: Person
    activity: str
    deposit_at: datetime
    windows: list[Window]
    deposit: int = 10_000
    balance: int = 70_000
    cancelled_at: datetime | None = None
    deposit_refunded_at: datetime | None = None
    paid_at: datetime | None = None
    refunded_at: datetime | None = None
    changes: list[datetime] = field(default_factory=list)

    def happened(self, moment: datetime | None, at: datetime) -> bool:
        return moment is not None and moment <= at

    def window(self, at: datetime) -> Window | None:
        known = [window for window in self.windows if window.known_at <= at]
        return known[-1] if known else None

    def settle_changes(self) -> None:
        moments = [
            self.deposit_at,
            self.cancelled_at,
            self.deposit_refunded_at,
            self.paid_at,
            self.refunded_at,
            self.person.opted_out_at,
        ]
        known = [moment for moment in moments if moment is not None and moment >= self.deposit_at]
        self.changes = sorted({*known, *(window.known_at for window in self.windows if window.known_at >= self.deposit_at)})


DAY_11 = Window(local("2026-11-01T00:00"), local("2026-11-11T01:00"), local("2026-11-12T00:00"))
DAY_12 = Window(local("2026-11-01T00:00"), local("2026-11-12T20:00"), local("2026-11-13T22:00"))
#: The platform puts some off, before the opening and in the middle of it.
MOVED_EARLY = Window(local("2026-11-10T18:00"), local("2026-11-12T10:00"), local("2026-11-13T10:00"))
MOVED_LATE = Window(local("2026-11-11T06:30"), local("2026-11-12T18:00"), local("2026-11-13T12:00"))


def people(dice: random.Random, count: int) -> list[Person]:
    found = []
    for number in range(count):
        opted_out = local("2026-11-08T00:00") + dice.randrange(6 * 24 * 60) * MINUTE if dice.random() < 0.02 else None
        found.append(
            Person(
                f"买家{number:04}" if number % 10 == 0 else f"B{number:04}", dice.random() < 0.9, dice.random() < 0.7, opted_out
            )
        )
    return found


def story(seed: int, orders: int = 2_000) -> list[Presale]:
    """So many orders of three quarters as many buyers."""
    dice = random.Random(seed)
    buyers = people(dice, orders * 3 // 4)
    found = []
    for number in range(orders):
        late = dice.random() < 0.25
        first, last = (
            (local("2026-11-05T10:00"), local("2026-11-12T12:00"))
            if late
            else (local("2026-11-01T20:00"), local("2026-11-11T09:00"))
        )
        deposit_at = first + dice.randrange(int((last - first) / MINUTE)) * MINUTE
        windows = [DAY_12 if late else DAY_11]
        if not late and dice.random() < 0.1:
            windows.append(dice.choice([MOVED_EARLY, MOVED_LATE]))
        order = Presale(
            f"P{number:05}", dice.choice(buyers), "LATE" if late else "D11", deposit_at, windows, balance=70_000 + number
        )
        _fate(order, dice)
        order.settle_changes()
        found.append(order)
    return found


def _fate(order: Presale, dice: random.Random) -> None:
    """What the buyer does in the end: cancel, get the deposit back, pay (and perhaps get everything back), or nothing."""
    last, draw = order.windows[-1], dice.random()
    start = max(order.deposit_at, last.known_at, last.opens_at)
    if start >= last.closes_at:
        return
    moment = start + dice.randrange(1, int((last.closes_at - start) / MINUTE) + 1) * MINUTE - MINUTE / 2
    if draw < 0.04:
        order.cancelled_at = order.deposit_at + dice.random() * (last.closes_at - order.deposit_at)
    elif draw < 0.07:
        order.deposit_refunded_at = order.deposit_at + dice.random() * (last.closes_at - order.deposit_at)
    elif draw < 0.72:
        order.paid_at = moment
        if dice.random() < 0.05:
            order.refunded_at = moment + dice.randrange(1, 20 * 24) * HOUR


def version(order: Presale, at: datetime) -> dict[str, Any]:
    """The platform's record of the order at a moment at or after the deposit."""
    person, window = order.person, order.window(at)
    total = order.deposit + order.balance
    paid, refunded = order.happened(order.paid_at, at), order.happened(order.refunded_at, at)
    record: dict[str, Any] = {
        "order_ref": order.ref,
        "placed_at": (order.deposit_at - 5 * MINUTE).isoformat(),
        "presale_activity": order.activity,
        "deposit": f"{order.deposit / 100:.2f}",
        "deposit_paid_at": order.deposit_at.isoformat(),
        "balance": f"{order.balance / 100:.2f}",
        "updated_at": max(moment for moment in order.changes if moment <= at).isoformat(),
        "buyer_ref": person.ref,
        "status": "cancelled" if order.happened(order.cancelled_at, at) else "paid" if paid else "open",
        "captured": f"{(total if paid else order.deposit) / 100:.2f}",
        "refunded": f"{(total if refunded else 0) / 100:.2f}",
        "lines": [{"sku": "LAMP", "quantity": 1, "list_unit_price": "1000.00", "paid": f"{total / 100:.2f}"}],
    }
    if window:
        record |= {"balance_opens_at": window.opens_at.isoformat(), "balance_closes_at": window.closes_at.isoformat()}
    moments = {
        "balance_paid_at": order.paid_at,
        "deposit_refunded_at": order.deposit_refunded_at,
        "opted_out_at": person.opted_out_at,
    }
    record |= {name: moment.isoformat() for name, moment in moments.items() if moment is not None and moment <= at}
    if person.email:
        record["email"] = f"{order.person.ref.encode().hex()}@buyers.example"
    if person.phone:
        record["phone"] = "13800138000"
    return record


def told(orders: list[Presale], after: datetime, until: datetime) -> list[dict[str, Any]]:
    """The records of every order that changed in `(after, until]`."""
    return [version(order, until) for order in orders if any(after < moment <= until for moment in order.changes)]
