"""Words for one thing, from `words/synonyms.txt` and the catalogue's own lists in both languages."""

from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.text import normalise

FOLDER = Path(__file__).parent / "words"
#: How much a word found instead of the one that was typed counts.
SAME, RELATED = 0.85, 0.6
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
    for line in _lines("synonyms.txt"):
        asked, arrow, helps = line.partition(" > ")
        if not arrow:
            _join(found, line.split(" = "))
            continue
        for other in helps.split(","):
            found[normalise(asked)].setdefault(normalise(other), RELATED)
    return dict(found)


def _join(found: Related, group: list[str]) -> None:
    phrases = [normalise(each) for each in group]
    for phrase in phrases:
        for other in phrases:
            if other != phrase:
                found[phrase][other] = SAME
        found[phrase].pop(phrase, None)
