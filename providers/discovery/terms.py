"""From what was typed to what is looked for: terms, each with the phrases that satisfy it.

A phrase in quotation marks is looked for as it stands. Otherwise words of one meaning stand for each other, Latin letters may be
pinyin, and a run of Chinese is cut where it consists of known words ("家具代运营" is 家具 and 代运营); what is not known
stays one phrase.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from providers.discovery.knowledge import Knowledge
from providers.discovery.synonyms import TRANSLATED, ignored, related
from providers.discovery.text import inflected, is_cjk, mark, needle, normalise, runs, wanted

MOST_TERMS = 8
MOST_PHRASES = 14
#: How much a phrase found by its sound, its initials or another ending of the word counts.
SOUND, INITIALS, INFLECTED = 0.9, 0.7, 0.95
LONGEST_WORD = 10
_QUOTED = re.compile(r'["“”«»「」]([^"“”«»「」]+)["“”«»「」]|([^"“”«»「」]+)')


@dataclass(frozen=True)
class Term:
    """Something wanted. `phrases`: normalised phrase → what finding it counts (0 to 1); `sounds`: index words for its sound."""

    typed: str
    phrases: dict[str, float]
    #: Facets that are called so, and facets whose name contains it.
    named: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    is_known: bool = True
    #: How much it says, among the terms of a query.
    weight: float = 1.0
    #: Phrases that have a word of their own in the index.
    marked: frozenset[str] = frozenset()

    @cached_property
    def _needles(self) -> dict[str, str]:
        return {phrase: needle(phrase) for phrase in self.phrases}

    @cached_property
    def enough(self) -> list[str]:
        """Phrases of which a text must have one, without those that contain another: where 店铺代运营 is, 代运营 is too."""
        sought = self._needles
        return [each for each in sought if not any(o != each and sought[o] in sought[each] for o in sought)]

    @property
    def tsquery(self) -> str:
        tokens = [[mark(phrase)] if phrase in self.marked else wanted(phrase)[0] for phrase in self.enough]
        found = [" & ".join(_quoted(token) for token in each) for each in tokens]
        return "(" + " | ".join([*(f"({each})" for each in found), *(_quoted(sound) for sound in self.sounds)]) + ")"

    @property
    def needles(self) -> list[str]:
        """What the text must contain one of; empty where the index proves it already."""
        return [] if all(phrase in self.marked or wanted(phrase)[1] for phrase in self.enough) else self.all_needles

    @property
    def all_needles(self) -> list[str]:
        return [self._needles[phrase] for phrase in self.enough]

    @cached_property
    def weighted_needles(self) -> list[tuple[str, float]]:
        """The best first, without those that contain a better one."""
        found: dict[str, float] = {}
        for phrase, counts in sorted(self.phrases.items(), key=lambda item: -item[1]):
            sought = self._needles[phrase]
            if not any(better in sought for better in found):
                found[sought] = counts
        return list(found.items())

    @property
    def facet_codes(self) -> tuple[str, ...]:
        return tuple(code for code in self.codes if not code.startswith("a."))

    @property
    def attribute_codes(self) -> tuple[str, ...]:
        return tuple(code for code in self.codes if code.startswith("a."))


@dataclass(frozen=True)
class Plan:
    """All terms are wanted. `phrase` is the whole as typed, normalised; `asked`: whether anything was typed at all."""

    terms: tuple[Term, ...] = ()
    phrase: str = ""
    asked: bool = False
    marked: tuple[str, ...] = field(default=())

    @property
    def is_hopeless(self) -> bool:
        """Something was typed, but nothing that can be looked for."""
        return self.asked and not self.terms

    @property
    def needle(self) -> str:
        return needle(self.phrase)


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def plan(typed: str, known: Knowledge) -> Plan:
    """Never raises; words beyond the eighth are left out."""
    found: list[Term] = []
    for quoted, plain in _QUOTED.findall(typed):
        if quoted and (phrase := normalise(quoted)):
            found.append(Term(phrase, {phrase: 1.0}, is_known=True))
        elif plain:
            found.extend(_terms(runs(plain), known))
    wanted_ones = [term for term in found if term.typed not in ignored()] or found
    terms = _with_marks({term.typed: term for term in wanted_ones}.values(), known)
    marked = tuple(dict.fromkeys(phrase for term in terms for phrase in term.phrases))
    return Plan(terms, normalise(typed), bool(typed.strip()), marked)


def exactly(typed: str, known: Knowledge) -> Plan:
    """Every word and every run of Chinese as it stands, nothing in its place: what LIKE would find."""
    terms = _with_marks((Term(run, {run: 1.0}) for run in dict.fromkeys(runs(typed))), known)
    return Plan(terms, normalise(typed), bool(typed.strip()))


def _with_marks(terms: Iterable[Term], known: Knowledge) -> tuple[Term, ...]:
    marked = known.marked if known.has_marks else frozenset()
    return tuple(replace(term, marked=marked) for term in islice(terms, MOST_TERMS))


def _terms(words: list[str], known: Knowledge) -> Iterator[Term]:
    place = 0
    while place < len(words):
        for end in range(min(place + 6, len(words)), place + 1, -1):
            several = words[place:end]
            phrase, joined = " ".join(several), "".join(several)
            if phrase in known.words:
                yield term_of(phrase, known)
                break
            if joined.isascii() and joined.isalpha() and joined in known.sounds:
                yield sounding(joined, phrase, known)
                break
        else:
            end = place + 1
            yield from _single(words[place], known)
        place = end


def _single(word: str, known: Knowledge) -> Iterator[Term]:
    if is_cjk(word):
        yield from (term_of(piece, known) for piece in cut(word, known))
    elif word in known.words or not word.isalpha() or len(word) < 2:
        yield term_of(word, known)
    else:
        pieces = cut_sound(word, known)
        yield from (sounding(piece, piece, known) for piece in pieces)


def term_of(phrase: str, known: Knowledge) -> Term:
    """A phrase with everything that stands for it."""
    phrases = {phrase: 1.0, **dict.fromkeys(inflected(phrase), INFLECTED)}
    for each, weight in list(phrases.items()):
        for other, counts in related().get(each, {}).items():
            phrases.setdefault(other, weight * counts)
    best = dict(sorted(phrases.items(), key=lambda item: -item[1])[:MOST_PHRASES])
    codes = known.codes(each for each, counts in best.items() if counts >= TRANSLATED * INFLECTED)
    named = known.codes_named(best)
    weight = known.weight(phrase)
    return Term(phrase, best, tuple(sorted(named)), tuple(sorted(codes)), is_known=phrase in known.words, weight=weight)


def sounding(letters: str, typed: str, known: Knowledge) -> Term:
    """Latin letters that nobody writes as a word: taken for pinyin, or the initials of it."""
    words = dict.fromkeys(known.sounds.get(letters, ())[:4], SOUND)
    words = words or dict.fromkeys(known.initials.get(letters, ())[:4], INITIALS)
    plain = term_of(typed, known)
    if not words:
        heard = (f"~{letters}",) if letters.isascii() and len(plain.phrases) < MOST_PHRASES else ()
        proved = not replace(plain, marked=known.marked if known.has_marks else frozenset()).needles
        return replace(plain, typed=typed, sounds=heard if proved else (), is_known=False)
    phrases, codes, named = dict(plain.phrases), set(plain.codes), set(plain.named)
    for word, weight in words.items():
        meant = term_of(word, known)
        codes |= set(meant.codes)
        named |= set(meant.named)
        for phrase, counts in meant.phrases.items():
            phrases[phrase] = max(phrases.get(phrase, 0.0), weight * counts)
    best = dict(sorted(phrases.items(), key=lambda item: -item[1])[:MOST_PHRASES])
    return Term(typed, best, tuple(sorted(named)), tuple(sorted(codes)), weight=min(map(known.weight, words)))


def cut(run: str, known: Knowledge) -> list[str]:
    """A run of Chinese as its known words and the rest between them; the whole run where it has no known word.

    The fewest unknown characters, then the fewest pieces. A single unknown character beside known words is dropped.
    """
    if run in known.words or len(run) < 3:
        return [run]
    costs: list[tuple[int, int]] = [(0, 0)]
    back = [0]
    for end in range(1, len(run) + 1):
        costs.append((costs[end - 1][0] + 1, costs[end - 1][1] + 1))
        back.append(end - 1)
        for start in range(max(0, end - LONGEST_WORD), end):
            cost = (costs[start][0], costs[start][1] + 1)
            if cost < costs[end] and run[start:end] in known.words:
                costs[end], back[end] = cost, start
    pieces: list[str] = []
    end = len(run)
    while end > 0:
        pieces.insert(0, run[back[end] : end])
        end = back[end]
    return _sensible(run, _merged(pieces, known), known)


def _merged(pieces: list[str], known: Knowledge) -> list[str]:
    """Neighbouring unknown pieces are one."""
    found: list[str] = []
    for piece in pieces:
        if found and piece not in known.words and found[-1] not in known.words:
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _sensible(run: str, pieces: list[str], known: Knowledge) -> list[str]:
    names = [piece for piece in pieces if piece in known.words and piece not in ignored()]
    if not names:
        left = [piece for piece in pieces if piece not in ignored()]
        return left if len(left) < len(pieces) and all(len(piece) > 1 for piece in left) and left else [run]
    return [piece for piece in pieces if piece in known.words or len(piece) > 1]


def cut_sound(letters: str, known: Knowledge) -> list[str]:
    """jiajudaiyunying → jiaju, daiyunying, where all of it is the pinyin of known words; otherwise as it is."""
    if letters in known.sounds or len(letters) < 6 or not letters.isascii():
        return [letters]
    best: list[list[str] | None] = [[]] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 24), end - 2):
            before = best[start]
            if before is not None and letters[start:end] in known.sounds:
                longer = [*before, letters[start:end]]
                if best[end] is None or len(longer) < len(best[end] or ()):
                    best[end] = longer
    return best[-1] or [letters]
