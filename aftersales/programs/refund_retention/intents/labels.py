"""The intents in order of precedence, and what each asks for."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["reason_code", "lexicon", "model", "abstained"]

#: The first one that applies wins.
LABELS: tuple[str, ...] = (
    "withdraw",
    "compliance",
    "fulfilment_error",
    "seller_out_of_stock",
    "quality",
    "price_drop",
    "logistics",
    "size",
    "usage",
    "install",
    "mis_order",
    "changed_mind",
    "status",
    "how_to",
    "unknown",
)
UNKNOWN = "unknown"
RANK: dict[str, int] = {label: rank for rank, label in enumerate(LABELS)}

#: What is to be done when the buyer does not say it himself. `neutral`: ask whether help is needed, without money.
ACTIONS: dict[str, str] = {
    "withdraw": "undo",
    "compliance": "refund",
    "fulfilment_error": "refund",
    "seller_out_of_stock": "compensate",
    "quality": "refund",
    "price_drop": "price_protection",
    "logistics": "expedite",
    "size": "exchange",
    "usage": "guide",
    "install": "schedule",
    "mis_order": "edit",
    "changed_mind": "neutral",
    "status": "inform",
    "how_to": "answer",
    "unknown": "neutral",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """What one utterance was taken for.

    `probability` is calibrated for the model; a reason code and the lexicon state their measured precision. `action` is what to
    do first (see `ACTIONS`; `exchange` or `repair` when the buyer asks for it). `conditional`: the buyer names a condition
    that has not come true ("if it is not here tonight, cancel"), so no refund is to be started.
    """

    intent: str
    probability: float
    source: Source
    action: str
    conditional: bool
