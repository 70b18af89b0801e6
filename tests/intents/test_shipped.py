"""The shipped utterances, the model made from them, and how it does on utterances it has never seen."""

import json
from collections import Counter
from pathlib import Path

from aftersales.programs.refund_retention.intents import lexicon
from aftersales.programs.refund_retention.intents.classifying import classify_all
from aftersales.programs.refund_retention.intents.labels import LABELS
from aftersales.programs.refund_retention.intents.model import SHIPPED, packed, shipped, unpacked
from aftersales.programs.refund_retention.intents.normalising import normalised
from aftersales.programs.refund_retention.intents.training import train_on_top
from aftersales.programs.refund_retention.intents.utterances import LANGUAGES, fingerprint, read, shipped_utterances
from tests.intents.cases import DESIGN

HELD_OUT = read(Path(__file__).with_name("heldout.txt"))
UTTERANCES = Path(lexicon.__file__).parent.parent / "utterances"


def _squeezed(text: str) -> str:
    return "".join(character for character in normalised(text) if character.isalnum())


def test_forty_utterances_of_every_intent_in_every_language() -> None:
    for language in LANGUAGES:
        counts = Counter(row.intent for row in read(UTTERANCES / f"{language}.txt"))
        assert set(counts) == set(LABELS)
        assert min(counts.values()) >= 40


def test_no_utterance_of_the_design_is_in_the_training_set_or_the_lexicon() -> None:
    shipped_texts = {_squeezed(row.text) for row in shipped_utterances()}
    words = "".join(path.read_text() for path in Path(lexicon.__file__).parent.glob("*.py"))
    for text, _ in DESIGN:
        assert _squeezed(text) not in shipped_texts
        assert text not in words
        assert normalised(text) not in words


def test_nothing_held_out_was_trained_on() -> None:
    assert not {_squeezed(row.text) for row in HELD_OUT} & {
        _squeezed(row.text) for row in shipped_utterances() if row.intent != "unknown"
    }


def test_the_model_was_made_from_these_utterances() -> None:
    assert shipped().fingerprint == fingerprint(shipped_utterances())


def test_nine_of_ten_held_out_utterances_are_understood() -> None:
    found = classify_all((row.text, "") for row in HELD_OUT)
    right = [got.intent == row.intent for got, row in zip(found, HELD_OUT, strict=True)]
    assert sum(right) / len(right) >= 0.9


def test_who_wants_to_stay_is_hardly_ever_missed() -> None:
    """A missed withdrawal refunds somebody who wants the goods."""
    rows = [row for row in HELD_OUT if row.intent == "withdraw"]
    found = classify_all((row.text, "") for row in rows)
    assert sum(got.intent == "withdraw" for got in found) / len(rows) >= 0.85


def test_packing_and_unpacking_keeps_the_probabilities() -> None:
    model = shipped()
    again = unpacked(
        packed(
            names=list(model.index),
            idf=model.idf,
            weights=model.weights,
            intercept=model.intercept,
            temperature=model.temperature,
            fingerprint=model.fingerprint,
        )
    )
    texts = [normalised(row.text) for row in HELD_OUT]
    assert abs(again.probabilities(texts) - model.probabilities(texts)).max() < 0.02


def test_the_model_is_plain_json() -> None:
    assert set(json.loads(SHIPPED.read_text())) == {
        "format", "labels", "fingerprint", "temperature", "intercept", "scale", "idf", "weights", "features",
    }  # fmt: skip


def test_training_again_gives_the_same_model() -> None:
    rows = shipped_utterances()
    again = unpacked(train_on_top(rows, [1.0] * len(rows), shipped().temperature))
    texts = [normalised(row.text) for row in HELD_OUT]
    assert again.index == shipped().index
    assert abs(again.probabilities(texts) - shipped().probabilities(texts)).max() < 0.02
