"""The program's statements, and the policy as their parameters."""

import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from aftersales.programs.contract import RunContext
from aftersales.programs.presale_balance.rules import KIND, PROGRAM, steps_of

HERE = Path(__file__).parent
IN_TIME = timedelta(minutes=10)
NO_RATES: Mapping[str, int] = {}


def _read(name: str) -> str:
    """A statement without its comment lines, which must not be filled in."""
    lines = (HERE / f"{name}.sql").read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def _with_schedule(name: str, source: str) -> str:
    return _read(name).replace("{schedule}", SCHEDULE.replace("{source}", source))


SCHEDULE = _read("schedule")
COLLECT, COLLECTED = _read("collect"), _read("collected")
CHANGED, UNPLAN, APPLY = _read("changed"), _read("unplan"), _with_schedule("apply", "moved")
FRESH, ENROL = _read("fresh"), _with_schedule("enrol", "fresh")
DUE, PASSED = _with_schedule("due", "due"), _with_schedule("passed", "due")
AHEAD, SPREAD = _read("ahead"), _with_schedule("spread", "due")
MAY_CROWD = "SELECT EXISTS (SELECT FROM presale_work WHERE step = %(last)s AND channel = ANY (%(limited)s))"
RECHECK = _read("recheck")
PLAN = _read("plan").replace("{passed}", "")
PLAN_WITH_PASSED = _read("plan").replace("{passed}", _read("passed_rows"))


def parameters(context: RunContext, *, closed: Collection[str] = (), rates: Mapping[str, int] = NO_RATES) -> dict[str, Any]:
    """The policy and the moment as query parameters, without the channels the merchant has closed.

    `rates`: how many messages a minute may be planned on channels that have a limit.
    """
    settings = context.settings
    last = next((step for step in steps_of(settings) if step.quiet == "forward"), None)
    limited = {
        channel: rate
        for channel, rate in rates.items()
        if last is not None and channel in last.channels and channel in settings["quiet_channels"] and channel not in closed
    }
    steps: list[dict[str, Any]] = [
        {
            "step": step.number,
            "anchor": step.anchor,
            "amount": step.amount,
            "quiet": step.quiet,
            "channels": [channel for channel in step.channels if channel not in closed],
        }
        for step in steps_of(settings)
    ]
    return {
        "merchant": context.merchant_id,
        "shop": context.shop_id,
        "run": context.run_id,
        "policy_version": context.policy_version,
        "as_of": context.as_of,
        "horizon": context.as_of + timedelta(minutes=settings["plan_ahead_minutes"]),
        # What is useless later is handed over in time, however short a time ahead the policy plans: runs come every five minutes.
        "soon": context.as_of + max(timedelta(minutes=settings["plan_ahead_minutes"]), IN_TIME),
        "last": last.number if last else 0,
        "last_minutes": last.amount if last else 0,
        "rates": json.dumps(limited),
        "limited": sorted(limited),
        "steps": json.dumps(steps),
        "channels": sorted({channel for step in steps for channel in step["channels"]}),
        "quiet_from": settings["quiet_from"],
        "quiet_to": settings["quiet_to"],
        "quiet_channels": settings["quiet_channels"],
        "min_gap": settings["min_gap_minutes"],
        "max_late": settings["max_late_minutes"],
        "max_touches": settings["max_touches"],
        "success_days": settings["success_days"],
        "kind": KIND,
        "program": PROGRAM,
    }
