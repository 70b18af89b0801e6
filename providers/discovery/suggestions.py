"""What somebody who has begun to type may be about to ask for."""

from dataclasses import dataclass

from providers.discovery.knowledge import Knowledge, knowledge
from providers.discovery.sound import initials, pinyin
from providers.discovery.synonyms import ignored
from providers.discovery.text import is_cjk, runs

MOST = 8


@dataclass(frozen=True)
class Suggestion:
    """A text to search for. `kind`: `category`, `name` (of a platform, an industry, …) or `word`; `listings` where counted."""

    text: str
    kind: str
    listings: int


def suggest(typed: str, *, language: str, most: int = MOST) -> list[Suggestion]:
    """Completions of the last words, by letters, pinyin or initials; what was typed before them stays in front."""
    words = runs(typed)
    known = knowledge()
    before, found = "", []
    for place in range(len(words)):
        begun = " ".join(words[place:])
        found = _completions(begun, known, language) if len(begun) > 1 or is_cjk(begun) else []
        if found:
            before = "".join(f"{word} " for word in words[:place])
            break
    named = {text: _named(text, known) for text in found}
    ranked = sorted(found, key=lambda text: (named[text][1] != "category", -known.words.get(text, 0), len(text), text))
    texts = dict.fromkeys((f"{before}{named[text][0]}", named[text][1], known.words.get(text, 0)) for text in ranked)
    return [Suggestion(*each) for each in list(texts)[:most]]


def _completions(begun: str, known: Knowledge, language: str) -> list[str]:
    """Known words that begin so, or sound so; words of the reader's own script where there are any."""
    found = [word for word in known.words if word not in ignored() and word != begun and _begins(word, begun)]
    own = [word for word in found if is_cjk(word) == (language != "en")]
    return own or found


def _begins(word: str, begun: str) -> bool:
    if word.startswith(begun):
        return True
    if not is_cjk(word) or not begun.isascii() or len(begun) < 2:
        return False
    return pinyin(word).startswith(begun) or initials(word).startswith(begun)


def _named(text: str, known: Knowledge) -> tuple[str, str]:
    """A name as it is written in the catalogue, and of what kind it is; a word as it stands."""
    code = known.coded.get(text, "")
    kind = {"": "word", "category": "category"}.get(code.partition(":")[0], "name")
    return known.written.get(text, text), kind
