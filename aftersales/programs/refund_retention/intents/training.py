"""Training and judging the linear model with scikit-learn, which is imported only here and only when used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from aftersales.programs.refund_retention.intents.features import features
from aftersales.programs.refund_retention.intents.labels import LABELS, RANK
from aftersales.programs.refund_retention.intents.model import Model, packed
from aftersales.programs.refund_retention.intents.normalising import normalised
from aftersales.programs.refund_retention.intents.utterances import Labelled, fingerprint

#: Inverse strength of the L2 penalty; short texts with many rare n-grams want little of it.
STRENGTH = 30.0
FOLDS = 5
SEED = 20261122


class Fitted(NamedTuple):
    """A vectoriser, its TF-IDF weighting and the classifier on top, all of scikit-learn."""

    counter: Any
    weighting: Any
    classifier: Any

    def vectors(self, texts: Sequence[str]) -> Any:
        return self.weighting.transform(self.counter.transform(texts))


def train(rows: list[Labelled], weights: Sequence[float] | None = None) -> str:
    """The model of these utterances as JSON; its temperature is calibrated on predictions for utterances left out."""
    with _one_thread():
        fitted = _fit([normalised(row.text) for row in rows], [RANK[row.intent] for row in rows], weights)
        left_out = decision_scores(rows)
        return as_json(fitted, temperature_of(left_out, [RANK[row.intent] for row in rows]), fingerprint(rows))


def train_on_top(rows: list[Labelled], weights: Sequence[float], temperature: float) -> str:
    """As `train`, with a temperature that is known already."""
    with _one_thread():
        fitted = _fit([normalised(row.text) for row in rows], [RANK[row.intent] for row in rows], weights)
        return as_json(fitted, temperature, fingerprint(rows))


def as_json(fitted: Fitted, temperature: float, mark: str) -> str:
    names = fitted.counter.get_feature_names_out()
    return packed(
        names=list(names),
        idf=fitted.weighting.idf_,
        weights=fitted.classifier.coef_.T,
        intercept=fitted.classifier.intercept_,
        temperature=temperature,
        fingerprint=mark,
    )


def _fit(texts: Sequence[str], labels: Sequence[int], weights: Sequence[float] | None = None) -> Fitted:
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression

    counter, weighting = CountVectorizer(analyzer=features), TfidfTransformer(sublinear_tf=True)
    vectors = weighting.fit_transform(counter.fit_transform(texts))
    classifier = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
    classifier.fit(vectors, labels, sample_weight=None if weights is None else list(weights))
    if len(classifier.classes_) != len(LABELS):
        raise ValueError("Every intent needs utterances.")
    return Fitted(counter, weighting, classifier)


def decision_scores(rows: list[Labelled]) -> Any:
    """For each utterance the scores of a model that has not seen it (stratified folds)."""
    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    texts, labels = [normalised(row.text) for row in rows], np.array([RANK[row.intent] for row in rows])
    found = np.zeros((len(rows), len(LABELS)))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, labels):
        fitted = _fit([texts[at] for at in seen], labels[seen])
        found[unseen] = fitted.classifier.decision_function(fitted.vectors([texts[at] for at in unseen]))
    return found


def temperature_of(scores: Any, labels: Sequence[int]) -> float:
    """The temperature that makes softmax(scores / temperature) most likely (Guo et al. 2017, temperature scaling)."""
    import numpy as np
    from scipy.optimize import minimize_scalar

    truth = np.asarray(labels)

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(truth)), truth]))

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def accuracy_of(model: Model, rows: list[Labelled]) -> float:
    """Share of utterances whose most probable intent is the labelled one."""
    if not rows:
        return 0.0
    best = model.probabilities([normalised(row.text) for row in rows]).argmax(axis=1)
    return sum(int(found) == RANK[row.intent] for found, row in zip(best, rows, strict=True)) / len(rows)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Small matrices: threads of the linear algebra only fight for the processor."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield
