"""The doors: one utterance, or many, to intents. Pure functions; no database, no clock."""

from collections.abc import Iterable
from typing import Any

from aftersales.programs.refund_retention.intents.labels import ACTIONS, LABELS, UNKNOWN, Intent, Source
from aftersales.programs.refund_retention.intents.lexicon.finding import Found, found_in
from aftersales.programs.refund_retention.intents.model import Model, shipped
from aftersales.programs.refund_retention.intents.normalising import normalised
from aftersales.programs.refund_retention.intents.reason_codes import intent_of_reason

#: Below this the model abstains; from it on it also overrules the lexicon, which knows words but not their weight.
CERTAIN = 0.6
#: A weak sign of the lexicon and a model that leans the same way are enough together.
LIKELY = 0.3
#: Words of harm, and of staying after all, are overruled only by a model that leaves hardly a doubt.
WEIGHTY, HARDLY_A_DOUBT = frozenset({"withdraw", "compliance"}), 0.85
#: What a reason code and the lexicon are taken to be worth; the lexicon's is its measured precision (docs/intents.md).
REASON_PROBABILITY, LEXICON_PROBABILITY = 0.95, 0.87
_ASKS_FOR = {"quality", "size", "fulfilment_error", "mis_order"}


def classify(text: str, reason_code: str = "", model: Model | None = None) -> Intent:
    """The intent of one utterance and, when the platform gave one, its structured reason. Never raises for any text."""
    return classify_all([(text, reason_code)], model)[0]


def classify_all(requests: Iterable[tuple[str, str]], model: Model | None = None) -> list[Intent]:
    """The intents of (text, reason code) pairs, in their order; by the shipped model unless a merchant's own is given."""
    pairs = [(normalised(text), reason_code) for text, reason_code in requests]
    worded = [text for text, _ in pairs if has_words(text)]
    rows = iter((model or shipped()).probabilities(worded) if worded else ())
    return [_judged(text, reason_code, next(rows) if has_words(text) else None) for text, reason_code in pairs]


def has_words(text: str) -> bool:
    """Whether a text holds a letter of any script; digits, marks and pictures alone say nothing."""
    return any(character.isalpha() for character in text)


def _judged(text: str, reason_code: str, probabilities: Any) -> Intent:
    found = found_in(text)
    stated = intent_of_reason(reason_code)
    if stated is not None and "withdraw" not in found.sure:
        return _intent(stated, REASON_PROBABILITY, "reason_code", found)
    if probabilities is None:
        return _intent(UNKNOWN, 1.0, "abstained", found)
    best = int(probabilities.argmax())
    named = _named(found)
    if named is not None:
        agreed = float(probabilities[LABELS.index(named)])
        if LABELS[best] == named or probabilities[best] < (HARDLY_A_DOUBT if named in WEIGHTY else CERTAIN):
            return _intent(named, max(LEXICON_PROBABILITY, agreed), "lexicon", found)
    if named is None and probabilities[best] >= LIKELY and LABELS[best] in found.hints:
        return _intent(LABELS[best], max(CERTAIN, float(probabilities[best])), "lexicon", found)
    if probabilities[best] >= CERTAIN:
        return _intent(LABELS[best], float(probabilities[best]), "model", found)
    return _intent(UNKNOWN, float(probabilities[best]), "abstained", found)


def _named(found: Found) -> str | None:
    """The concept that counts. Who asks what would be if, asks for the rule, unless it is about harm or about staying."""
    if not found.sure:
        return None
    if found.hypothetical and not found.conditional and found.sure[0] not in WEIGHTY:
        return "how_to"
    return found.sure[0]


def _intent(label: str, probability: float, source: Source, found: Found) -> Intent:
    return Intent(label, round(min(probability, 1.0), 4), source, _action(label, found), found.conditional)


def _action(label: str, found: Found) -> str:
    """What the buyer asks for where he says it, else the intent's own first step."""
    if label in _ASKS_FOR:
        for wanted in ("exchange", "repair"):
            if wanted in found.actions:
                return wanted
    return ACTIONS[label]
