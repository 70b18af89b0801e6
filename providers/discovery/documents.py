"""From public rows to a document of the index."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from django.utils.translation import override

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.knowledge import Knowledge
from providers.discovery.models import BANDS
from providers.discovery.sound import heard
from providers.discovery.text import padded, tokens
from providers.listings.models import PricingModel, PublicListing
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

#: Paused without a day of return.
NEVER = date(9999, 12, 31)
#: A score counts as if it had been made by so many more jobs of middling quality.
PRIOR_JOBS, PRIOR_QUALITY = 5, 0.55
#: The least quality of each band but the last.
BAND_FROM = (760, 660, 560)
_TAG = re.compile(r"<[^>]*>")
VOCABULARIES = (("platform", PLATFORMS), ("industry", INDUSTRIES), ("belt", BELTS), ("language", LANGUAGES))


@dataclass(frozen=True)
class Document:
    """The columns of `SearchDocument`, in words."""

    listing: PublicListing
    title: str
    text: str
    tokens: list[str]
    facets: list[str]
    attributes: list[str]
    free_from: date | None
    quality: int
    score: int | None
    is_newcomer: bool
    words: str


def document(
    listing: PublicListing, provider: PublicProvider | None, score: PublicScore | None, known: Knowledge, category: str
) -> Document:
    """What search knows of a listing. `category` is its category's slug."""
    quality = quality_of(score)
    facets = [*_facets(listing, known, category), f"level:{score.level if score else 1}", f"band:{band_of(quality)}"]
    attributes = list(_attributes(listing))
    title = _lines([listing.title_zh, listing.title_en])
    names = [provider.name_zh, provider.name_en] if provider else []
    named = [*_names(facets, attributes, known), *names]
    written = [listing.summary_zh, listing.summary_en, _plain(listing.body_html_zh), _plain(listing.body_html_en)]
    text = _lines([listing.title_zh, listing.title_en, *named, *written, *_said(listing.offer), *_said(listing.terms)])
    words = {*tokens(text), *heard(title), *heard(_lines(named)), *known.marks_in(text)}
    return Document(
        listing, title, text, sorted(words), facets, attributes, free_from(provider), quality,
        score.score if score else None, bool(score and score.newcomer), known.digest,
    )  # fmt: skip


def quality_of(score: PublicScore | None) -> int:
    """0 to 1,000: the score, drawn towards the middle where few jobs stand behind it."""
    if score is None or score.score is None:
        return round(PRIOR_QUALITY * 1_000)
    jobs = min(score.n, 200)
    return round((jobs * score.score / 10_000 + PRIOR_JOBS * PRIOR_QUALITY) / (jobs + PRIOR_JOBS) * 1_000)


def band_of(quality: int) -> int:
    """0 for the best providers to 3."""
    return next((band for band, least in enumerate(BAND_FROM) if quality >= least), BANDS - 1)


def free_from(provider: PublicProvider | None) -> date | None:
    """When the provider takes orders again; None: now."""
    if provider is None or (provider.next_free_date is None and not provider.is_paused):
        return None
    return provider.next_free_date or NEVER


def _facets(listing: PublicListing, known: Knowledge, category: str) -> Iterator[str]:
    yield from (f"category:{slug}" for slug in known.path(category))
    for name, values in (
        ("platform", listing.platforms),
        ("industry", listing.industries),
        ("belt", listing.belts),
        ("language", listing.languages),
    ):
        yield from (f"{name}:{value}" for value in dict.fromkeys(values))
    yield f"pricing:{listing.pricing_model}"


def _attributes(listing: PublicListing) -> Iterator[str]:
    """`a.key:code`; truths are `yes`, numbers themselves."""
    for key, value in sorted(listing.attributes.items()):
        if isinstance(value, bool):
            yield from ([f"a.{key}:yes"] if value else [])
        else:
            yield from (f"a.{key}:{each}" for each in (value if isinstance(value, list) else [value]) if each not in ("", None))


def _names(facets: list[str], attributes: list[str], known: Knowledge) -> Iterator[str]:
    """What the facets are called, in both languages."""
    terms = {f"{name}:{term.code}": term for name, vocabulary in VOCABULARIES for term in vocabulary}
    choices = {f"a.{key}:{code}": texts for (_c, key), each in known.attributes.items() for code, texts in each.choices.items()}
    for facet in facets:
        name, _, value = facet.partition(":")
        if name == "category" and value in known.categories:
            yield from (known.categories[value].zh, known.categories[value].en)
        elif name == "pricing" and value in PricingModel.values:
            yield from _in_both(value)
        elif facet in terms:
            yield from (terms[facet].zh, terms[facet].en)
    for attribute in attributes:
        yield from choices.get(attribute, ())


def _in_both(model: str) -> Iterator[str]:
    for language in ("zh-hans", "en"):
        with override(language):
            yield str(PricingModel(model).label)


def _said(value: Any) -> Iterator[str]:
    """Every text of a JSON value that is written for people."""
    if isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(each, str):
                yield from [each] if key in ("zh", "en") or key.endswith(("_zh", "_en")) else []
            else:
                yield from _said(each)


def _plain(html: str) -> str:
    return unescape(_TAG.sub(" ", html))


def _lines(texts: list[str]) -> str:
    """Each text normalised and padded on a line of its own, none twice."""
    found = dict.fromkeys(padded(text) for text in texts if text)
    return "\n".join(line for line in found if line.strip())
