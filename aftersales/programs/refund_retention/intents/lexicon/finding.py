"""Which concepts an utterance names, and which of them counts first."""

import re
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from aftersales.programs.refund_retention.intents.labels import LABELS
from aftersales.programs.refund_retention.intents.lexicon import chinese, english

_HAN = re.compile(r"[\u3400-\u9fff]")
#: Stands for a span that must not be matched again; no concept contains it.
_GAP = "\u25a1"
#: A refund that is late or too small must not look like a parcel that is.
_BLIND_TO_REFUNDS = frozenset({"logistics", "fulfilment_error", "price_drop", "size", "mis_order"})


@dataclass(frozen=True, slots=True)
class Language:
    """The compiled concepts of one language."""

    sure: dict[str, re.Pattern[str]]
    hint: dict[str, re.Pattern[str]]
    negation: re.Pattern[str]
    refund_late: re.Pattern[str]
    condition: re.Pattern[str]
    hypothetical: re.Pattern[str]
    actions: dict[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What the lexicon saw: labels whose concepts were named (in order of precedence), weaker evidence, and the form."""

    sure: tuple[str, ...]
    hints: tuple[str, ...]
    conditional: bool
    hypothetical: bool
    negated: bool
    actions: frozenset[str]


def _joined(patterns: dict[str, tuple[str, ...]], start: str) -> dict[str, re.Pattern[str]]:
    return {label: re.compile(f"{start}(?:{'|'.join(parts)})") for label, parts in patterns.items()}


def _language(module: ModuleType, start: str = "") -> Language:
    return Language(
        sure=_joined(module.SURE, start),
        hint=_joined(module.HINT, start),
        negation=re.compile(f"{start}(?:{module.NEGATION})"),
        refund_late=re.compile(module.REFUND_LATE),
        condition=re.compile(module.CONDITION),
        hypothetical=re.compile(module.HYPOTHETICAL),
        actions={
            "exchange": re.compile(module.EXCHANGE),
            "repair": re.compile(module.REPAIR),
            "refund": re.compile(module.REFUND),
            "compensate": re.compile(module.COMPENSATION),
        },
    )


@lru_cache(maxsize=1)
def languages() -> tuple[Language, Language]:
    """Chinese and English, compiled at the first use."""
    return _language(chinese), _language(english, start=r"(?<![a-z])")


def found_in(text: str) -> Found:
    """What the lexicon sees in a normalised text. A text with Chinese characters is read as Chinese, else as English."""
    language = languages()[0 if _HAN.search(text) else 1]
    plain = language.negation.sub(_GAP, text)
    goods = language.refund_late.sub(_GAP, text)
    views = {"quality": plain, **dict.fromkeys(_BLIND_TO_REFUNDS, goods)}
    return Found(
        sure=_matching(language.sure, text, views),
        hints=_matching(language.hint, text, views),
        conditional=bool(language.condition.search(text)),
        hypothetical=bool(language.hypothetical.search(text)),
        negated=plain != text,
        actions=frozenset(name for name, pattern in language.actions.items() if pattern.search(text)),
    )


def _matching(patterns: dict[str, re.Pattern[str]], text: str, views: dict[str, str]) -> tuple[str, ...]:
    return tuple(label for label in LABELS if label in patterns and patterns[label].search(views.get(label, text)))
