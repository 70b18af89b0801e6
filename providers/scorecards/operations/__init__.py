"""Acts on scores, one module per act."""

from providers.scorecards.operations.braking import brake_if_due, decide_plan, release_brake, submit_plan
from providers.scorecards.operations.idling import watch_idle
from providers.scorecards.operations.public import publish
from providers.scorecards.operations.recalculating import apply_demotions, publish_card, publish_scores, recalculate
from providers.scorecards.operations.recording import record_event
from providers.scorecards.operations.settling import settle_provider
from providers.scorecards.operations.striking import strike_event

__all__ = [
    "apply_demotions",
    "brake_if_due",
    "decide_plan",
    "publish",
    "publish_card",
    "publish_scores",
    "recalculate",
    "record_event",
    "release_brake",
    "settle_provider",
    "strike_event",
    "submit_plan",
    "watch_idle",
]
