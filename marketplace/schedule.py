"""The only list of periodic jobs.

Intervals are fixed and every entry expires before its next tick: a queue that was blocked does not run them twice.
Local due times (a shop's evening) are computed in SQL by the job, never here.
"""

from typing import Any

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "health-heartbeat": {
        "task": "marketplace.health.beaten",
        "schedule": 15.0,
        "options": {"expires": 14},
    },
}
