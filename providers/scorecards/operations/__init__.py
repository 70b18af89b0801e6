"""Acts on scores, one module per act."""

from providers.scorecards.operations.recording import record_event

__all__ = ["record_event"]
