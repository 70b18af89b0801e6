"""Learning from a merchant's labels on top of the shipped utterances, and judging it fairly. No database."""

from collections.abc import Callable
from typing import NamedTuple

from aftersales.programs.refund_retention.intents.classifying import classify_all
from aftersales.programs.refund_retention.intents.model import Model, shipped, unpacked
from aftersales.programs.refund_retention.intents.normalising import normalised
from aftersales.programs.refund_retention.intents.training import train_on_top
from aftersales.programs.refund_retention.intents.utterances import Labelled, shipped_utterances

FOLDS = 3
#: What one label of the merchant weighs against one shipped utterance: it is how his own buyers write.
WEIGHT = 3.0
STEPS = FOLDS + 1


class Lesson(NamedTuple):
    """A trained model as JSON, and what it and the one before understand of requests they had not seen (shares)."""

    coefficients: str
    labels: int
    accuracy: float
    previous_accuracy: float


def teach(rows: list[Labelled], known: frozenset[str], progress: Callable[[int], None]) -> Lesson:
    """Train on the shipped utterances and these; `progress` hears of every step of `STEPS`.

    Both accuracies are those of the whole decision (lexicon, model, abstention) under cross-validation: the requests of each
    fold are read by a model without them. The one before is the same with only the words in `known`, those it had learnt
    from. Same words with different labels: the last label counts. Raises ValueError without rows.
    """
    latest = list({normalised(row.text): row for row in rows}.values())
    if not latest:
        raise ValueError("There are no labels to learn from.")
    right = previous = 0
    for fold in range(FOLDS):
        unseen = latest[fold::FOLDS]
        seen = [row for at, row in enumerate(latest) if at % FOLDS != fold]
        right += _understood(unpacked(_trained(seen)), unseen)
        before = [row for row in seen if row.text in known]
        previous += _understood(unpacked(_trained(before)) if before else shipped(), unseen)
        progress(fold + 1)
    return Lesson(_trained(latest), len(latest), right / len(latest), previous / len(latest))


def _trained(rows: list[Labelled]) -> str:
    base = shipped_utterances()
    weights = [1.0] * len(base) + [WEIGHT] * len(rows)
    return train_on_top(base + rows, weights, shipped().temperature)


def _understood(model: Model, rows: list[Labelled]) -> int:
    found = classify_all([(row.text, "") for row in rows], model)
    return sum(got.intent == row.intent for got, row in zip(found, rows, strict=True))
