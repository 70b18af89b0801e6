"""Search at 10,000, 100,000 and a million listings: p95 of a whole search, and what it finds against what LIKE finds."""

import time
from collections.abc import Iterator

from django.db import connection

from bench.result import Result
from bench.scratch import same
from bench.synthetic import AS_OF, market, words
from providers.discovery.criteria import Query
from providers.discovery.knowledge import knowledge
from providers.discovery.queries import search
from providers.discovery.statement import Statement
from providers.discovery.terms import exactly
from providers.discovery.text import needle, runs

#: Listings → p95 in milliseconds that is allowed, and how many of the queries are held against LIKE (which reads everything).
SIZES = {10_000: (20, 60), 100_000: (50, 60), 1_000_000: (150, 8)}
ROUNDS = 3
QUERIES = words("queries")
LIKE = "SELECT count(*), coalesce(sum(hashint8(listing_id)::numeric), 0) FROM discovery_searchdocument d WHERE {where}"


def run(scale: int) -> Iterator[Result]:
    for listings, (allowed, compared) in SIZES.items():
        if listings > scale:
            continue
        market(listings)
        found = f"recall and precision 1.00 against LIKE on {compared_with_like(compared)} queries"
        for typed in QUERIES:
            timed(typed)
        times = sorted(timed(typed) for _round in range(ROUNDS) for typed in QUERIES)
        p95, middle = times[int(len(times) * 0.95)] * 1_000, times[len(times) // 2] * 1_000
        note = f"{found}; median {middle:.1f} ms; floor: what is allowed"
        yield Result(f"search, {listings:,} listings, p95", p95, allowed, 1.0, "ms", note=note)


def timed(typed: str) -> float:
    """Seconds of a whole search: words, statement, page of listings, facets, reasons."""
    started = time.perf_counter()
    search(Query(q=typed), language="zh", as_of=AS_OF)
    return time.perf_counter() - started


def compared_with_like(queries: int) -> int:
    """Hold the ids of every hit against those of a sequential scan with LIKE; stop where they differ."""
    with connection.cursor() as cursor:
        for typed in QUERIES[:queries]:
            asked = Statement(Query(q=typed), exactly(typed, knowledge()), AS_OF, cap=10**9)
            ours = asked.candidates("d.listing_id")
            cursor.execute(f"SELECT count(*), coalesce(sum(hashint8(listing_id)::numeric), 0) FROM ({ours}) d", asked.values)
            found = cursor.fetchone()
            patterns = [f"%{needle(word)}%" for word in runs(typed)]
            cursor.execute(LIKE.format(where=" AND ".join(["d.text LIKE %s"] * len(patterns))), patterns)
            same(found, cursor.fetchone(), f"{typed}: hits against LIKE's")
    return min(queries, len(QUERIES))
