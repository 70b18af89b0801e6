"""Words for one thing, from `words/synonyms.txt` and the catalogue's own lists in both languages."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.text import is_cjk, normalise

FOLDER = Path(__file__).parent / "words"
#: How much a word found instead of the one that was typed counts.
SAME, TRANSLATED, RELATED = 0.85, 0.8, 0.6
Related = dict[str, dict[str, float]]


def _lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text(encoding="utf-8")
    return [line for raw in text.splitlines() if (line := raw.split("#", 1)[0].strip())]


@lru_cache(maxsize=1)
def ignored() -> frozenset[str]:
    """Words that say that somebody is looking, not what for."""
    return frozenset(normalise(line) for line in _lines("ignored.txt"))


@lru_cache(maxsize=1)
def related() -> Related:
    """For every known phrase (normalised), what else finds it and how much that counts."""
    found: Related = defaultdict(dict)
    for vocabulary in (PLATFORMS, INDUSTRIES, BELTS, LANGUAGES):
        for term in vocabulary:
            _join(found, [term.zh, term.en])
    lines = [line.partition(" > ") for line in _lines("synonyms.txt")]
    for asked, arrow, _helps in lines:
        if not arrow:
            _join(found, asked.split(" = "))
    for asked, arrow, helps in lines:
        if arrow:
            for each in [normalise(asked), *(other for other, counts in found[normalise(asked)].items() if counts >= TRANSLATED)]:
                found[each] |= {phrase: found[each].get(phrase, RELATED) for phrase in map(normalise, helps.split(","))}
    return dict(found)


def _join(found: Related, group: list[str]) -> None:
    phrases = [normalise(each) for each in group]
    for phrase in phrases:
        for other in phrases:
            if other != phrase:
                found[phrase][other] = SAME if is_cjk(phrase) == is_cjk(other) else TRANSLATED
        found[phrase].pop(phrase, None)
