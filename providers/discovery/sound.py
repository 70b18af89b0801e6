"""What Chinese words sound like: in full, by initials, and as people who mix up sounds would type them."""

from collections.abc import Iterator
from functools import lru_cache

from providers.discovery.text import is_cjk

#: Sounds that many speakers do not tell apart, and input methods forgive.
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_ENDINGS = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@lru_cache(maxsize=20_000)
def syllables(word: str) -> tuple[str, ...]:
    """("dai", "yun", "ying"); empty unless every character is Chinese and has a known sound."""
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(word, style=Style.NORMAL, errors="ignore")
    return tuple(found) if len(found) == len(word) and all(each.isascii() for each in found) else ()


def load_sounds() -> None:
    """Read the dictionary, which takes about a second, before the first search needs it."""
    syllables("商")


def pinyin(word: str) -> str:
    """`daiyunying`; empty when the word is not Chinese."""
    return "".join(syllables(word))


def initials(word: str) -> str:
    """`dyy`; empty when the word is not Chinese."""
    return "".join(each[0] for each in syllables(word))


def alike(word: str) -> str:
    """One text for words that are easily taken for each other: 家具 and 家俱, zhi and zi, yin and ying."""
    return " ".join(_plain(each) for each in syllables(word))


def _plain(syllable: str) -> str:
    for double, single in _ALIKE:
        if syllable.startswith(double):
            syllable = single + syllable[len(double) :]
    for ending, plain in _ENDINGS:
        if syllable.endswith(ending):
            return syllable[: -len(ending)] + plain
    return syllable


def pieces(normalised: str, longest: int = 4) -> Iterator[str]:
    """Every stretch of two to `longest` Chinese characters in a normalised text."""
    for run in normalised.split():
        if is_cjk(run):
            for start in range(len(run) - 1):
                for end in range(start + 2, min(start + longest, len(run)) + 1):
                    yield run[start:end]


def heard(normalised: str) -> set[str]:
    """Words of the index for how a title or a name sounds, marked so that they are no one's spelling."""
    found = set()
    for piece in pieces(normalised):
        if sound := pinyin(piece):
            found |= {f"~{sound}", f"~{initials(piece)}"}
    return found
