"""What buyers want, from reason codes and words, in the shape the deciding statement takes."""

from collections.abc import Iterable, Sequence
from typing import Any

from aftersales.programs.refund_retention.intents.classifying import classify_all
from aftersales.programs.refund_retention.intents.queries import active_model
from aftersales.programs.refund_retention.intents.reason_codes import intent_of_reason
from aftersales.programs.refund_retention.rules import Settings


def codes_read(codes: Iterable[str], settings: Settings) -> dict[str, Any]:
    """Two parallel arrays: reasons that say something, and the intent of each. The policy's own mapping wins."""
    own = settings["reason_codes"]
    known = {code: own.get(code.strip().lower()) or intent_of_reason(code) for code in codes if code}
    found = {code: intent for code, intent in known.items() if intent and intent != "unknown"}
    return {"codes": list(found), "code_intents": list(found.values())}


def texts_read(texts: Sequence[tuple[int, str]], merchant_id: int) -> dict[str, Any]:
    """Parallel arrays of (request, buyer's words): what each was taken for, one call of the classifier for all of them.

    The merchant's own model reads them where he has taught one. Needs his scope.
    """
    read = classify_all([(text, "") for _request, text in texts], active_model(merchant_id)) if texts else []
    return {
        "texts": [request for request, _text in texts],
        "intents": [one.intent for one in read],
        "probabilities": [one.probability for one in read],
        "sources": [one.source for one in read],
        "actions": [one.action for one in read],
        "conditionals": [one.conditional for one in read],
    }
