"""The doors: one utterance, or many, to intents. Pure functions; no database, no clock."""

from collections.abc import Iterable, Sequence

from aftersales.programs.refund_retention.intents.labels import ACTIONS, UNKNOWN, Intent
from aftersales.programs.refund_retention.intents.lexicon.finding import Found, found_in
from aftersales.programs.refund_retention.intents.normalising import normalised
from aftersales.programs.refund_retention.intents.reason_codes import intent_of_reason


def classify(text: str, reason_code: str = "") -> Intent:
    """The intent of one utterance and, when the platform gave one, its structured reason. Never raises for any text."""
    return classify_all([(text, reason_code)])[0]


def classify_all(requests: Iterable[tuple[str, str]]) -> list[Intent]:
    """The intents of (text, reason code) pairs, in their order."""
    return [_judged(normalised(text), reason_code) for text, reason_code in requests]


def _judged(text: str, reason_code: str) -> Intent:
    found = found_in(text)
    stated = intent_of_reason(reason_code)
    if stated is not None and "withdraw" not in found.sure:
        return _intent(stated, 0.95, "reason_code", found)
    if found.sure:
        return _intent(_first(found.sure, found), 0.9, "lexicon", found)
    return _intent(UNKNOWN, 0.0, "abstained", found)


def _first(labels: Sequence[str], found: Found) -> str:
    if found.hypothetical and "how_to" in labels and not found.conditional:
        return "how_to"
    return labels[0]


def _intent(label: str, probability: float, source: str, found: Found) -> Intent:
    return Intent(
        intent=label,
        probability=round(probability, 4),
        source=source,  # type: ignore[arg-type]
        action=_action(label, found),
        conditional=found.conditional,
    )


def _action(label: str, found: Found) -> str:
    """What the buyer asks for where he says it, else the intent's own first step."""
    if label in ("quality", "size", "fulfilment_error", "mis_order"):
        for wanted in ("exchange", "repair"):
            if wanted in found.actions:
                return wanted
    return ACTIONS[label]
