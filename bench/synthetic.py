"""A synthetic market: listings written from the words of the trade, each word as frequent as in life (few often, most seldom)."""

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connections

from providers.catalogue.lists import BELTS, INDUSTRIES, PLATFORMS
from providers.discovery.documents import band_of
from providers.discovery.knowledge import forget, knowledge
from providers.discovery.sound import heard
from providers.discovery.text import padded, tokens

AS_OF = datetime(2026, 11, 22, 8, tzinfo=UTC)
PER_PROVIDER = 5
STEP = 20_000
WORDS = Path(__file__).parent / "market"


def words(name: str) -> tuple[str, ...]:
    """Lines of a file under market/."""
    return tuple((WORDS / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1])


COLUMNS = (
    "listing_id, provider_id, title, text, tokens, facets, attributes, price_minor, free_from, quality, score, is_newcomer,"
    " words, published_at, updated_at"
)
LISTINGS = """
INSERT INTO listings_publiclisting (listing_id, provider_id, slug, version_id, version, category_id, title_zh, title_en,
  summary_zh, summary_en, attributes, platforms, industries, belts, languages, pricing_model, currency, offer, terms, images,
  body_html_zh, body_html_en, written_in, from_minor, from_cny_minor, delivery_days, published_at, updated_at)
SELECT d.listing_id, d.provider_id, 'l' || d.listing_id, 1, 1, c.id, left(d.title, 60), left(d.title, 120), left(d.text, 160),
  left(d.text, 160), '{}', '{jd}', '{furniture}', '{}', '{mandarin}', 'fixed', 'CNY', '{}', '{}', '[]', '', '', '{zh}',
  d.price_minor, d.price_minor, 7, d.published_at, d.updated_at
FROM discovery_searchdocument d JOIN catalogue_category c ON 'category:' || c.slug = d.facets[2]
"""
PROVIDERS = """
INSERT INTO profiles_publicprovider (provider_id, slug, name_zh, name_en, headline_zh, headline_en, logo_key, cover_key, cities,
  industries, belts, platforms, languages, is_paused, verified_cases, document, published_at)
SELECT n, 'p' || n, '服务商' || n, 'Provider ' || n, '', '', '', '', '{}', '{}', '{}', '{}', '{}', false, 0, '{}', now()
FROM generate_series(1, %(providers)s) n
"""
SCORES = """
INSERT INTO scorecards_publicscore (provider_id, level, score, n, rating_n, renewal_n, newcomer, is_braked, parts, changed_at)
SELECT n, 1 + n %% 4, 6000 + n %% 3500, n %% 60, 0, 0, n %% 12 = 0, false, '{}', now() FROM generate_series(1, %(providers)s) n
"""
INDEX = """
CREATE INDEX search_document_words ON discovery_searchdocument USING gin (tokens, facets, attributes) WITH (fastupdate = off)
"""


def market(listings: int) -> None:
    """Replace the scratch database's market by one of so many listings."""
    facts = {"providers": -(-listings // PER_PROVIDER)}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "TRUNCATE discovery_searchdocument, listings_publiclisting, profiles_publicprovider, scorecards_publicscore"
        )
        cursor.execute("DROP INDEX IF EXISTS search_document_words")
    with connections["system"].cursor() as cursor:
        for start in range(0, listings, STEP):
            rows = io.StringIO("".join(_rows(range(start + 1, min(start + STEP, listings) + 1))))
            cursor.copy_expert(f"COPY discovery_searchdocument ({COLUMNS}) FROM STDIN", rows)
        cursor.execute(LISTINGS)
        cursor.execute(PROVIDERS, facts)
        cursor.execute(SCORES, facts)
    with connections["owner"].cursor() as cursor:
        cursor.execute(INDEX)
        cursor.execute(
            "VACUUM ANALYZE discovery_searchdocument, listings_publiclisting, profiles_publicprovider, scorecards_publicscore"
        )
    forget()


class Fragment:
    """A sentence with its words, made once: a million listings are put together from some thousand sentences."""

    def __init__(self, text: str) -> None:
        self.text, self.line = text, padded(text)
        self.tokens = frozenset([*tokens(self.line), *knowledge().marks_in(self.line)])


@dataclass(frozen=True)
class Trade:
    """What listings of one service say: titles, sentences, and what anybody says of himself."""

    titles: list[Fragment]
    sounds: list[frozenset[str]]
    lines: list[Fragment]


@lru_cache(maxsize=1)
def _trades() -> list[Trade]:
    found = []
    for service in words("services"):
        titles = [Fragment(f"{platform.zh}{service}") for platform in PLATFORMS]
        lines = [f"擅长{each.zh}类目{service}，{quality}" for each in INDUSTRIES for quality in words("qualities")[:3]]
        found.append(Trade(titles, [frozenset(heard(each.line)) for each in titles], [Fragment(line) for line in lines]))
    return found


@lru_cache(maxsize=1)
def _common() -> list[Fragment]:
    belts = [f"服务{belt.zh}产业带商家，{quality}" for belt in BELTS for quality in words("qualities")]
    return [Fragment(text) for text in belts]


@lru_cache(maxsize=1)
def _english() -> list[Fragment]:
    texts = [f"{service} for {each.en} on {shop.en}" for service in words("english") for each in INDUSTRIES for shop in PLATFORMS]
    return [Fragment(text) for text in texts]


def _rows(numbers: range) -> Iterator[str]:
    for number in numbers:
        yield _row(number, random.Random(number))


def _often(draw: random.Random, values: Sequence[Any]) -> int:
    """Which one: the first often, the last seldom."""
    return int(len(values) * draw.random() ** 1.6)


def _row(number: int, draw: random.Random) -> str:
    trade = _trades()[_often(draw, _trades())]
    title = _often(draw, trade.titles)
    lines = [draw.choice(trade.lines) for _ in range(draw.randint(2, 5))] + [
        draw.choice(_common()) for _ in range(draw.randint(1, 3))
    ]
    lines += [draw.choice(_english()), draw.choice(_trades()[_often(draw, _trades())].lines)]
    heads = [trade.titles[title]]
    found = dict.fromkeys(each.line for each in (*heads, *lines))
    terms = set().union(trade.sounds[title], *(each.tokens for each in (*heads, *lines)))
    quality = min(999, max(0, round(draw.gauss(640, 120))))
    category = draw.choice(("agency-operation:store-operation", "customer-service:presale-service", "visual-design:photography"))
    facets = [f"category:{part}" for part in category.split(":")] + [
        f"platform:{p.code}" for p in draw.sample(list(PLATFORMS), 3)
    ]
    facets += [f"industry:{i.code}" for i in draw.sample(list(INDUSTRIES), 2)]
    facets += [
        f"language:{draw.choice(('mandarin', 'english'))}",
        f"pricing:{draw.choice(('fixed', 'retainer', 'unit', 'quote'))}",
    ]
    facets += [f"level:{draw.randint(1, 4)}", f"band:{band_of(quality)}"]
    moment = (AS_OF - timedelta(days=draw.randint(0, 700))).isoformat()
    cells = (
        number, -(-number // PER_PROVIDER), heads[0].line, "\\n".join(found), " ".join(f"'{word}'" for word in sorted(terms)),
        "{" + ",".join(facets) + "}", "{a.trial:yes}", draw.randint(300, 30_000) * 100, "\\N", quality, quality * 10,
        "t" if draw.random() < 0.08 else "f", knowledge().digest, moment, moment,
    )  # fmt: skip
    return "\t".join(map(str, cells)) + "\n"
