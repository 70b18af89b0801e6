"""How carefully a submission has to be looked at (O2): typo-level edits of something published are low risk."""

import re
from difflib import SequenceMatcher

from providers.listings.models import ListingVersion
from providers.listings.sections import CONTENT

#: Only these may differ, and only a little: prices, scope, terms and pictures are always looked at.
TEXTS = ("title_zh", "title_en", "summary_zh", "summary_en", "body_zh", "body_en")
MOST_CHARACTERS = 24
LONGEST_COMPARED = 2_000
#: Digits, addresses and words that turn a sentence round are never a typo.
WEIGHTY = re.compile(
    r"\d|[@:/%¥$€£]"
    r"|[零一二三四五六七八九十百千万亿两半倍折免退赔包送保不无非未没勿禁前后内外上下多少全每日周月年时天]"
    r"|\b(?:no|not|non|never|without|free|un\w*|before|after|all|every|any|only|per|up|day|week|month|year|hour)s?\b",
    re.IGNORECASE,
)


def risk_of(published: ListingVersion | None, version: ListingVersion) -> str:
    """`low` for an edit no bigger than a few typos; else `normal`. What is new is always looked at."""
    return "low" if published is not None and is_typo_level(published, version) else "normal"


def is_typo_level(old: ListingVersion, new: ListingVersion) -> bool:
    """Whether only texts differ, by few characters, none of which changes what is promised."""
    if any(_plain(old, name) != _plain(new, name) for name in CONTENT if name not in TEXTS):
        return False
    changed = 0
    for name in TEXTS:
        fragments = changed_fragments(getattr(old, name), getattr(new, name))
        if fragments is None or any(WEIGHTY.search(fragment) for fragment in fragments):
            return False
        changed += sum(map(len, fragments))
    return changed <= MOST_CHARACTERS


def _plain(version: ListingVersion, name: str) -> object:
    return version.category_id if name == "category" else getattr(version, name)


def changed_fragments(old: str, new: str) -> list[str] | None:
    """What was taken out and what was put in; whole words where letters of a word changed. None: too far apart to compare."""
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(left), len(right)) > LONGEST_COMPARED:
        return None
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [_whole_words(old, start + a, start + b), _whole_words(new, start + c, start + d)]
    return [fragment for fragment in found if fragment]


def _whole_words(text: str, start: int, end: int) -> str:
    """A stretch of the text, widened to whole Latin words: in “un|known” the change is a word, not two letters."""
    if start == end:
        return ""
    while start > 0 and _is_latin(text[start - 1]) and _is_latin(text[start]):
        start -= 1
    while end < len(text) and _is_latin(text[end]) and _is_latin(text[end - 1]):
        end += 1
    return text[start:end]


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
