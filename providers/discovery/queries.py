"""The search: `Query` in, `Results` out. Public tables only: no scope is needed.

At most three statements: the search, the listings of one page, and, where nothing was found, the search for what was meant. What
the market calls things (`knowledge`) is one more, every five minutes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from providers.discovery.corrections import correction
from providers.discovery.criteria import LAST_PAGE, Query
from providers.discovery.facets import chips, counted, counted_chosen, facets
from providers.discovery.knowledge import Knowledge, knowledge
from providers.discovery.reasons import Facts, reasons
from providers.discovery.remembering import remembered
from providers.discovery.results import Chip, Choice, Facet, Hit, Reason, Results
from providers.discovery.statement import CAP, PAGE_SIZE, Statement
from providers.discovery.terms import Plan, exactly, plan
from providers.listings.models import PublicListing

__all__ = ["PAGE_SIZE", "Chip", "Choice", "Facet", "Hit", "Query", "Reason", "Results", "search"]
#: With fewer hits than this, words that are not known are doubted.
FEW = 3
#: What a card shows; the long texts stay in the database.
CARD = [
    field.column for field in PublicListing._meta.concrete_fields if field.name not in ("body_html_zh", "body_html_en", "terms")
]
LISTINGS = f"""
SELECT {", ".join(f"l.{column}" for column in CARD)}, p.slug AS provider_slug, p.name_zh AS provider_zh, p.name_en AS provider_en,
  p.logo_key, s.level, s.score, s.n AS jobs, s.renewal_rate, s.newcomer
FROM listings_publiclisting l
LEFT JOIN profiles_publicprovider p ON p.provider_id = l.provider_id
LEFT JOIN scorecards_publicscore s ON s.provider_id = l.provider_id
WHERE l.listing_id = ANY (%s)
"""


@dataclass(frozen=True)
class Found:
    """What one statement answered: `rows` are the page's, in order."""

    total: int = 0
    page: int = 1
    matched: int = 0
    rows: Sequence[Mapping[str, Any]] = ()
    counts: Sequence[tuple[str, str, int]] = ()


def search(query: Query, *, language: str, as_of: datetime, exact: bool = False) -> Results:
    """One page of listings for a reader of `language` ("zh" or "en"), with facets; the reasons speak the active language.

    `exact` takes the words as they stand: no other words for them, no pinyin, no corrections.
    """
    known = knowledge()
    asked = exactly(query.q, known) if exact else plan(query.q, known)
    found = remembered(query, lambda: _run(query, asked, as_of, known))
    meant, corrected, relaxed = "", False, False
    if not exact and found.total < FEW and asked.terms:
        meant = correction(query.q, known)
        if found.total == 0:
            better = plan(meant, known) if meant else asked
            second = _run(query, better, as_of, known, is_relaxed=True) if meant or len(better.terms) > 1 else found
            if second.total:
                found, asked, corrected = second, better, bool(meant)
                relaxed = second.matched < len(better.terms)
    rows = counted_chosen(found.counts) if relaxed or corrected else counted(found.counts, query)
    shown = min(found.total, CAP)
    return Results(
        query=query,
        hits=_hits(found, asked, query, known, language, as_of),
        total=shown,
        total_is_exact=found.total <= CAP,
        facets=facets(rows, query, known, language),
        page=found.page,
        pages=min(max(1, -(-shown // PAGE_SIZE)), LAST_PAGE),
        chips=chips(query, known, language),
        did_you_mean=meant,
        is_corrected=corrected,
        is_relaxed=relaxed,
        marked=asked.marked,
    )


def _run(query: Query, asked: Plan, as_of: datetime, known: Knowledge, *, is_relaxed: bool = False) -> Found:
    if asked.is_hopeless:
        return Found()
    statement = Statement(query, asked, as_of, is_relaxed)
    text = statement.text()
    with connection.cursor() as cursor:
        cursor.execute(text, statement.values)
        total, page, matched, rows, attributes, *codes = cursor.fetchone()
    counts = [tuple(each) for each in json.loads(attributes)]
    for dimension, several in zip(("", *statement.counted_apart), codes, strict=True):
        counts += [(dimension, facet, hits) for facet, hits in known.decoded(several)]
    return Found(total, page, matched, json.loads(rows), counts)


def _hits(found: Found, asked: Plan, query: Query, known: Knowledge, language: str, as_of: datetime) -> list[Hit]:
    if not found.rows:
        return []
    listings = {each.listing_id: each for each in PublicListing.objects.raw(LISTINGS, [[row["id"] for row in found.rows]])}
    common = Facts({}, asked, query.filters, known, language, as_of, as_of, None, 1, 0, None, False, False)
    return [_hit(listings[row["id"]], row, common) for row in found.rows if row["id"] in listings]


def _hit(listing: Any, row: Mapping[str, Any], common: Facts) -> Hit:
    level, jobs, is_newcomer = listing.level or 1, listing.jobs or 0, bool(listing.newcomer)
    facts = replace(
        common,
        row=row,
        updated_at=listing.updated_at,
        score=listing.score,
        level=level,
        jobs=jobs,
        renewal_rate=listing.renewal_rate,
        is_newcomer=is_newcomer,
        is_verified=listing.provider_slug is not None,
    )
    names = (listing.provider_en, listing.provider_zh) if common.language == "en" else (listing.provider_zh, listing.provider_en)
    return Hit(
        listing=listing,
        provider_name=names[0] or names[1] or "",
        provider_slug=listing.provider_slug or "",
        logo_key=listing.logo_key or "",
        level=level,
        score=listing.score,
        jobs=jobs,
        renewal_rate=listing.renewal_rate,
        is_newcomer=is_newcomer,
        is_promoted=bool(row["promoted"]),
        reasons=reasons(facts),
    )
