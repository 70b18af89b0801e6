"""What changed between two texts, as marked pieces: words of Latin script, single characters of Chinese."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

PIECES = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
#: Above this many pieces the comparison would be slow and unreadable: both sides are shown whole.
MOST_PIECES = 4000
#: Below this likeness a text is a new one; marking every second word helps nobody.
LEAST_LIKENESS = 0.25


@dataclass(frozen=True)
class Piece:
    """A run of text; `is_changed` when the other side lacks it."""

    text: str
    is_changed: bool = False


def compare(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """The two texts in pieces. Joined again they are the texts, whatever changed."""
    before, after = PIECES.findall(old), PIECES.findall(new)
    if not before or not after or max(len(before), len(after)) > MOST_PIECES:
        return _whole(old, old != new), _whole(new, old != new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < LEAST_LIKENESS:
        return _whole(old, True), _whole(new, True)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        left += _run("".join(before[i:j]), tag != "equal")
        right += _run("".join(after[k:m]), tag != "equal")
    return left, right


def _whole(text: str, is_changed: bool) -> list[Piece]:
    return _run(text, is_changed)


def _run(text: str, is_changed: bool) -> list[Piece]:
    return [Piece(text, is_changed)] if text else []
