"""What the market calls things: categories and their attributes, known words, how they sound, how they are mistyped.

Read whole in one statement and kept in the process for a few minutes; `forget()` drops it (after words were counted anew, in
tests). Nothing a search finds depends on it being fresh: it only adds words, names and corrections.
"""

import json
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import md5, sha256
from itertools import accumulate
from math import log10
from typing import Any

import numpy as np
from django.db import connection

from marketplace.ui.offers import LEVEL_NAMES
from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.sound import alike, initials, pinyin
from providers.discovery.synonyms import ignored, related
from providers.discovery.text import inflected, is_cjk, mark, needle, normalise, padded, wanted
from providers.listings.models import PricingModel

KEPT_SECONDS = 300
MOST_WORDS = 5_000
READ = """
SELECT json_build_object(
  'indexed', (SELECT json_build_array(min(words), max(words)) FROM discovery_searchdocument),
  'words', (SELECT coalesce(json_agg(json_build_array(text, documents)), '[]')
            FROM (SELECT text, documents FROM discovery_word ORDER BY documents DESC, text LIMIT %(most)s) w),
  'categories', (SELECT coalesce(json_agg(json_build_array(c.slug, p.slug, c.name_zh, c.name_en, c.is_active)
                                          ORDER BY c.position, c.id), '[]')
                 FROM catalogue_category c LEFT JOIN catalogue_category p ON p.id = c.parent_id),
  'attributes', (SELECT coalesce(json_agg(json_build_array(c.slug, a.key, a.kind, a.name_zh, a.name_en, a.unit_zh, a.unit_en,
                                                           a.choices, a.facet) ORDER BY a.position, a.id), '[]')
                 FROM catalogue_categoryattribute a JOIN catalogue_category c ON c.id = a.category_id))::text
"""


@dataclass(frozen=True)
class KnownCategory:
    slug: str
    parent: str
    zh: str
    en: str
    is_active: bool

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class KnownAttribute:
    """`choices`: code → (Chinese, English)."""

    category: str
    key: str
    kind: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    choices: dict[str, tuple[str, str]]
    is_facet: bool

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def unit(self, language: str) -> str:
        return self.unit_en if language == "en" else self.unit_zh


@dataclass(frozen=True)
class Knowledge:
    categories: dict[str, KnownCategory]
    attributes: dict[tuple[str, str], KnownAttribute]
    counted: dict[str, int] = field(default_factory=dict)
    #: The least and the greatest digest among the documents; None where there is none.
    indexed: tuple[str | None, str | None] = (None, None)

    @cached_property
    def words(self) -> dict[str, int]:
        """Every known phrase, with the number of listings it was counted in."""
        phrases = dict.fromkeys([*ignored(), *(name for name, _code in self.names), *related()], 0)
        parts = {part: 0 for phrase in phrases for part in phrase.split() if part.isascii() and part.isalpha() and len(part) > 2}
        return {**parts, **phrases, **self.counted}

    @cached_property
    def marked(self) -> frozenset[str]:
        """Phrases of several tokens that have a word of their own in the index."""
        phrases = {*(name for name, _code in self.names), *related()}
        return frozenset(phrase for each in phrases for phrase in (each, *inflected(each)) if not wanted(phrase)[1])

    @cached_property
    def digest(self) -> str:
        """Which phrases these are, for documents to say what they were written with."""
        return sha256("\n".join(sorted(self.marked)).encode()).hexdigest()[:8]

    @property
    def has_marks(self) -> bool:
        """Whether every document has the words of these phrases; if not, phrases are looked up in the texts until `reindex`."""
        return set(self.indexed) <= {self.digest, None}

    def marks_in(self, text: str) -> list[str]:
        """Words of the index for the known phrases a text contains."""
        return [mark(phrase) for phrase in self.marked if needle(phrase) in text]

    @cached_property
    def _named(self) -> list[tuple[str, str]]:
        """Names in both languages as they are written, with the facet they stand for."""
        found: list[tuple[str, str]] = []
        for category in self.categories.values():
            found += [(text, f"category:{category.slug}") for text in (category.zh, category.en)]
        for name, vocabulary in (("platform", PLATFORMS), ("industry", INDUSTRIES), ("belt", BELTS), ("language", LANGUAGES)):
            found += [(text, f"{name}:{term.code}") for term in vocabulary for text in (term.zh, term.en)]
        for (_category, key), attribute in self.attributes.items():
            found += [(text, f"a.{key}:{code}") for code, texts in attribute.choices.items() for text in texts]
        return found

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """The same, normalised."""
        found = dict.fromkeys((normalise(name), code) for name, code in self._named)
        return [(name, code) for name, code in found if name]

    @cached_property
    def written(self) -> dict[str, str]:
        """Normalised name → as it is written."""
        return {normalise(name): name for name, _code in reversed(self._named)}

    @cached_property
    def coded(self) -> dict[str, str]:
        """Normalised name → the facet it stands for; categories before all others."""
        return dict(reversed(self.names))

    @cached_property
    def _padded_names(self) -> tuple[str, list[int], list[str]]:
        """All names in one text, line by line; where each line begins, and the facet it stands for."""
        lines = [f"{padded(name)}\n" for name, _code in self.names]
        starts = [0, *accumulate(len(line) for line in lines)][:-1]
        return "".join(lines), starts, [code for _name, code in self.names]

    @cached_property
    def _facets(self) -> dict[int, str]:
        """Code of a facet in `SearchDocument.codes` → the facet. A test holds that no two of them have the same code."""
        found = [f"category:{slug}" for slug in self.categories]
        for name, vocabulary in (("platform", PLATFORMS), ("industry", INDUSTRIES), ("belt", BELTS), ("language", LANGUAGES)):
            found += [f"{name}:{term.code}" for term in vocabulary]
        found += [f"pricing:{model}" for model in PricingModel.values] + [f"level:{level}" for level in LEVEL_NAMES]
        return {int.from_bytes(facet_code(facet), "big"): facet for facet in found}

    def decoded(self, codes: memoryview | bytes | None) -> list[tuple[str, int]]:
        """How often each facet occurs in the codes of many documents. What nobody can name is left out."""
        values, counts = np.unique(np.frombuffer(codes or b"", dtype=">u4"), return_counts=True)
        several = zip(values.tolist(), counts.tolist(), strict=True)
        return [(self._facets[code], hits) for code, hits in several if code in self._facets]

    def codes(self, phrases: Iterable[str]) -> set[str]:
        """Facets whose name contains one of these phrases: 家具 means the industry, and the belts that make it."""
        text, starts, codes = self._padded_names
        found: set[str] = set()
        for sought in (needle(phrase) for phrase in phrases if len(phrase) > 1):
            at = text.find(sought)
            while at >= 0:
                line = bisect_right(starts, at) - 1
                found.add(codes[line])
                at = text.find(sought, starts[line + 1]) if line + 1 < len(starts) else -1
        return found

    @cached_property
    def _called(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for name, code in self.names:
            if not code.startswith("a."):
                found[name].add(code)
        return found

    def codes_named(self, phrases: Iterable[str]) -> set[str]:
        """Facets called exactly so; not a category's own attributes, whose choices have everyday names."""
        return {code for phrase in phrases for code in self._called.get(phrase, ())}

    def weight(self, phrase: str) -> float:
        """How much a word says: less, the more titles have it."""
        return 1 / (1 + 0.5 * log10(1 + self.counted.get(phrase, 0)))

    @cached_property
    def sounds(self) -> dict[str, list[str]]:
        """Pinyin in full → words, the most frequent first."""
        return self._by(pinyin)

    @cached_property
    def initials(self) -> dict[str, list[str]]:
        return self._by(initials)

    @cached_property
    def alike(self) -> dict[str, list[str]]:
        """What is easily taken for each other → words."""
        return self._by(alike)

    def _by(self, key: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self.words, key=lambda each: (-self.words[each], len(each), each)):
            if is_cjk(word) and len(word) > 1 and word not in ignored() and (sound := key(word)):
                found[sound].append(word)
        return dict(found)

    @cached_property
    def shortened(self) -> dict[str, list[str]]:
        """Known Latin words, pinyin and longer Chinese words, by what is left of them without one character."""
        found: dict[str, list[str]] = defaultdict(list)
        words = [word for word in self.words if " " not in word and len(word) > (2 if is_cjk(word) else 3)]
        for word in [*words, *(sound for sound in self.sounds if len(sound) > 4)]:
            for variant in {word, *without_one(word)}:
                found[variant].append(word)
        return dict(found)

    def path(self, slug: str) -> tuple[str, ...]:
        """A category with the one above it."""
        category = self.categories.get(slug)
        return (slug,) if category is None or not category.parent else (category.parent, slug)

    def facets_of(self, slug: str) -> list[KnownAttribute]:
        """Attributes a category can be narrowed by: its parent's first, then its own."""
        return [
            attribute
            for place in self.path(slug)
            for (category, _key), attribute in self.attributes.items()
            if category == place and attribute.is_facet
        ]


def facet_code(facet: str) -> bytes:
    """The four bytes that stand for a facet in `SearchDocument.codes`, as discovery_facet_codes() makes them."""
    return md5(facet.encode(), usedforsecurity=False).digest()[:4]


def without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


_kept: tuple[float, str, Knowledge] | None = None


def knowledge() -> Knowledge:
    """What is known now: at most one statement, none while it is fresh."""
    global _kept
    now = time.monotonic()
    if _kept is not None and now - _kept[0] < KEPT_SECONDS:
        return _kept[2]
    with connection.cursor() as cursor:
        cursor.execute(READ, {"most": MOST_WORDS})
        text = str(cursor.fetchone()[0])
    known = _kept[2] if _kept is not None and _kept[1] == text else _from(text)
    _kept = (now, text, known)
    return known


def forget() -> None:
    """Read again at the next search."""
    global _kept
    _kept = None


def _from(text: str) -> Knowledge:

    read = json.loads(text)
    attributes: dict[tuple[str, str], KnownAttribute] = {}
    for category, key, kind, zh, en, unit_zh, unit_en, choices, is_facet in read["attributes"]:
        named = {each["code"]: (each["zh"], each["en"]) for each in choices}
        attributes[category, key] = KnownAttribute(category, key, kind, zh, en, unit_zh, unit_en, named, is_facet)
    categories = {row[0]: KnownCategory(row[0], row[1] or "", *row[2:]) for row in read["categories"]}
    return Knowledge(categories, attributes, dict(read["words"]), tuple(read["indexed"]))
