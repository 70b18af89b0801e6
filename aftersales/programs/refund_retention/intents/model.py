"""The linear model: coefficients as JSON, probabilities by numpy. Training is elsewhere (`training`) and needs scikit-learn."""

import base64
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from aftersales.programs.refund_retention.intents.features import features
from aftersales.programs.refund_retention.intents.labels import LABELS

FORMAT = 1
SHIPPED = Path(__file__).with_name("model.json")


@dataclass(frozen=True)
class Model:
    """Multinomial logistic regression on L2-normalised TF-IDF: softmax((W·x + b) / temperature).

    `weights` has a row per feature and a column per label of `LABELS`.
    """

    index: dict[str, int]
    idf: Any
    weights: Any
    intercept: Any
    temperature: float
    fingerprint: str

    def probabilities(self, texts: Sequence[str]) -> Any:
        """A row of calibrated probabilities, in the order of `LABELS`, for each normalised text."""
        import numpy as np

        scores = np.stack([self._score(text) for text in texts]) if texts else np.zeros((0, len(LABELS)))
        scores /= self.temperature
        powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
        return powers / powers.sum(axis=1, keepdims=True)

    def _score(self, text: str) -> Any:
        import numpy as np

        counts = Counter(at for name in features(text) if (at := self.index.get(name)) is not None)
        if not counts:
            return self.intercept.copy()
        rows = np.fromiter(counts, dtype=np.int64)
        values = np.array([1 + math.log(count) for count in counts.values()]) * self.idf[rows]
        return (values / np.linalg.norm(values)) @ self.weights[rows] + self.intercept


def packed(*, names: Sequence[str], idf: Any, weights: Any, intercept: Any, temperature: float, fingerprint: str) -> str:
    """The model as JSON. Weights are rounded to 8 bits with one scale a label, which moves no probability by a percent."""
    import numpy as np

    scale = np.abs(weights).max(axis=0) / 127
    small = np.rint(weights / np.where(scale == 0, 1, scale)).astype(np.int8)
    document = {
        "format": FORMAT,
        "labels": LABELS,
        "fingerprint": fingerprint,
        "temperature": round(float(temperature), 6),
        "intercept": [round(float(value), 6) for value in intercept],
        "scale": [float(f"{value:.6g}") for value in scale],
        "idf": _text(np.asarray(idf, dtype="<f2").tobytes()),
        "weights": _text(small.tobytes()),
        "features": "\n".join(names),
    }
    return json.dumps(document, ensure_ascii=False)


def unpacked(text: str) -> Model:
    """The model of a JSON document. Raises ValueError for a document of another format or other labels."""
    import numpy as np

    document = json.loads(text)
    if document.get("format") != FORMAT or tuple(document["labels"]) != LABELS:
        raise ValueError("This intent model was made by another version.")
    names = document["features"].split("\n")
    small = np.frombuffer(base64.b64decode(document["weights"]), dtype=np.int8).reshape(len(names), len(LABELS))
    return Model(
        index={name: at for at, name in enumerate(names)},
        idf=np.frombuffer(base64.b64decode(document["idf"]), dtype="<f2").astype(np.float32),
        weights=small.astype(np.float32) * np.array(document["scale"], dtype=np.float32),
        intercept=np.array(document["intercept"], dtype=np.float32),
        temperature=document["temperature"],
        fingerprint=document["fingerprint"],
    )


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model made from the project's own utterances."""
    return unpacked(SHIPPED.read_text(encoding="utf-8"))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
