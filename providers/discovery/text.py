"""How text becomes words, the same way when it is written and when it is searched.

    normalise("抖音代运营（TikTok Shop）")  # "抖音代运营 tiktok shop"
    tokens("代运营 shop")                   # ["代", "代运", "运", "运营", "营", "shop"]

Latin words, numbers and other scripts are whole words in lower case; Chinese, Japanese and Korean have no word boundaries, so
runs of them are indexed as single characters and pairs of neighbours (bigrams). A text contains a phrase exactly when its
padded, normalised form contains the phrase's needle: that is what LIKE would say, and what the index must never contradict.
"""

import re
import unicodedata
from collections.abc import Iterator

#: A word of the index is at most so long; longer ones are found by their beginning and then compared in full.
LONGEST = 60
#: Texts are indexed up to here.
LONGEST_TEXT = 20_000
#: Han with its extensions, kana and Hangul: scripts written without spaces, or searched inside words.
CJK = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
RUN = re.compile(rf"[{CJK}]+|[^\W_{CJK}][^\W_{CJK}\u200d]*")
_CJK = re.compile(rf"[{CJK}]")
#: Marks that combine with a letter stay with it; \w leaves some of them out.
_DROPPED = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": "", "Co": "", "Cn": "", "Mn": "", "Me": ""}


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """Full-width forms made plain, lower case, without control characters, marks of direction, lone surrogates and accents."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text[:longest]).casefold())
    kept = "".join(_DROPPED.get(unicodedata.category(character), character) for character in folded)
    return unicodedata.normalize("NFKC", kept)


def is_cjk(run: str) -> bool:
    return bool(_CJK.match(run))


def runs(text: str) -> list[str]:
    """Words and runs of Chinese, in order."""
    return RUN.findall(clean(text))


def normalise(text: str) -> str:
    """What is compared: runs with one blank where the text had anything else between them, or where scripts meet."""
    return " ".join(runs(text))


def padded(text: str) -> str:
    """Normalised text between blanks, so that a word can be looked for with its boundaries."""
    return f" {normalise(text)} "


def needle(phrase: str) -> str:
    """What the padded text must contain for a normalised phrase: a Latin word only as a whole, Chinese also inside a run."""
    before = "" if is_cjk(phrase[:1]) else " "
    after = "" if is_cjk(phrase[-1:]) else " "
    return f"{before}{phrase}{after}"


def _grams(run: str) -> Iterator[str]:
    for position, character in enumerate(run):
        yield character
        if position + 1 < len(run):
            yield run[position : position + 2]


def tokens(normalised: str) -> list[str]:
    """Every word of the index in a normalised text, in order, with repetitions."""
    found: list[str] = []
    for run in normalised.split():
        found.extend(_grams(run) if is_cjk(run) else (run[:LONGEST],))
    return found


def wanted(phrase: str) -> tuple[list[str], bool]:
    """Tokens a text with this normalised phrase must have, and whether having them all proves it contains the phrase."""
    found: list[str] = []
    for run in phrase.split():
        if not is_cjk(run):
            found.append(run[:LONGEST])
        else:
            found.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
    return found, len(found) == 1 and len(phrase) <= LONGEST


def mark(phrase: str) -> str:
    """The index's own word for a known phrase of several tokens."""
    return f"={phrase}"


def inflected(phrase: str) -> list[str]:
    """Singular and plural of an English word, or of a phrase's last word."""
    if not phrase.isascii() or len(phrase) < 4 or not phrase[-1].isalpha():
        return []
    if phrase.endswith("ies"):
        return [phrase[:-3] + "y"]
    if phrase.endswith("s") and not phrase.endswith("ss"):
        return [phrase[:-1]]
    return [phrase[:-1] + "ies"] if phrase.endswith("y") and phrase[-2] not in "aeiou" else [phrase + "s"]
