"""What a run of presale reminders did."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """`enrolled` counts orders taken up (with a window), `touches` orders reminded about, `messages` what buyers receive."""

    enrolled: int = 0
    holdout: int = 0
    waiting: int = 0
    touches: int = 0
    messages: int = 0
    sent: int = 0
    by_step: Counter[str] = field(default_factory=Counter)
    #: Touches and orders that got no reminder, by reason.
    suppressed: Counter[str] = field(default_factory=Counter)
    #: Orders that moved on, by their new state.
    moved: Counter[str] = field(default_factory=Counter)
    sent_after_paid: int = 0
    #: Of a preview: messages by local hour, and some orders with the times of their touches.
    by_hour: list[list[Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)

    def enrol(self, states: Mapping[str, int], reasons: Mapping[str, int]) -> None:
        """Count one chunk of new enrolments."""
        self.waiting += states.get("deposit_paid", 0)
        self.holdout += states.get("holdout", 0)
        self.enrolled += sum(count for state, count in states.items() if state != "deposit_paid")
        self.suppressed.update(reasons)

    def as_counts(self) -> dict[str, Any]:
        """The public form, as stored with the run."""
        return {
            "enrolled": self.enrolled,
            "holdout": self.holdout,
            "waiting": self.waiting,
            "touches": self.touches,
            "messages": self.messages,
            "by_step": dict(sorted(self.by_step.items())),
            "sent": self.sent,
            "suppressed": dict(sorted(self.suppressed.items())),
            "moved": dict(sorted(self.moved.items())),
            "sent_after_paid": self.sent_after_paid,
            "by_hour": self.by_hour,
            "samples": self.samples,
        }
