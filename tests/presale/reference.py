"""The schedule of touches, searched minute by minute. Written from the rules' text, without looking at the program's own code."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    """A window in a zone, who can be reached on what, and the policy."""

    opens_at: datetime
    closes_at: datetime
    tz: str
    has_email: bool
    has_phone: bool
    policy: Any


def is_quiet(moment: datetime, case: Case) -> bool:
    """Whether a wall clock in the shop shows a quiet hour."""
    shown = moment.astimezone(ZoneInfo(case.tz)).time()
    since, until = time.fromisoformat(case.policy["quiet_from"]), time.fromisoformat(case.policy["quiet_to"])
    if since == until:
        return False
    return since <= shown < until if since < until else not until <= shown < since


def wanted(case: Case) -> dict[int, datetime]:
    """When each step is wanted: minutes after opening, a share of the whole minutes, minutes before closing."""
    policy, found = case.policy, {}
    if policy["t1_after_minutes"] is not None:
        found[1] = case.opens_at + policy["t1_after_minutes"] * MINUTE
    if policy["t2_percent"] is not None:
        length = int((case.closes_at - case.opens_at).total_seconds())
        found[2] = case.opens_at + (length * policy["t2_percent"] // 100 // 60) * MINUTE
    if policy["t3_before_minutes"] is not None:
        found[3] = case.closes_at - policy["t3_before_minutes"] * MINUTE
    return {step: at for step, at in found.items() if case.opens_at <= at < case.closes_at}


def search(case: Case, step: int, at: datetime, channel: str) -> datetime | None:
    """The moment nearest to the wanted one that is allowed: earlier for the last step, later for the others."""
    if channel not in case.policy["quiet_channels"]:
        return at
    if step == 3:
        earlier = at
        while earlier >= case.opens_at and is_quiet(earlier, case):
            earlier -= MINUTE
        if earlier >= case.opens_at:
            return earlier
    later = at
    while later < case.closes_at and is_quiet(later, case):
        later += MINUTE
    return later if later < case.closes_at else None


def touches(case: Case) -> list[tuple[int, str, datetime]]:
    """(step, channel, moment) of every touch of the window."""
    reachable = {"in_app"} | ({"email"} if case.has_email else set()) | ({"sms"} if case.has_phone else set())
    found: list[tuple[int, str, datetime]] = []
    for step, at in wanted(case).items():
        for channel in case.policy[f"t{step}_channels"]:
            moment = search(case, step, at, channel) if channel in reachable else None
            if moment is not None:
                found.append((step, channel, moment))
                break
    gap = case.policy["min_gap_minutes"] * MINUTE
    return [one for one in found if not any(other[0] > one[0] and other[2] - one[2] < gap for other in found)]
