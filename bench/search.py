"""Search at 10,000, 100,000 and a million listings: p95 of a whole search, and what it finds against what LIKE finds."""

import time
from collections.abc import Iterator, Sequence
from statistics import median

import psutil
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
SIZES = {10_000: (20, 60), 100_000: (50, 60), 1_000_000: (150, 6)}
ROUNDS = 5
QUERIES = words("queries")
IDS = "SELECT count(*), coalesce(sum(hashint8(listing_id)::numeric), 0) FROM "


def run(scale: int) -> Iterator[Result]:
    """Two results a size: time on the clock, which other work on the machine lengthens, and processor time of both processes."""
    for listings, (allowed, compared) in SIZES.items():
        if listings > scale:
            continue
        market(listings)
        found = f"recall and precision 1.00 against LIKE on {compared_with_like(compared)} queries"
        for typed in QUERIES:
            search(Query(q=typed), language="zh", as_of=AS_OF)
        measured = [timed(typed) for typed in QUERIES]
        clock = [each for times, _processor in measured for each in times]
        processor = [each for _times, each in measured]
        for name, times in (("p95", clock), ("p95 of processor time", processor)):
            note = f"{found}; median {median(times):.1f} ms; floor: what is allowed"
            yield Result(f"search, {listings:,} listings, {name}", p95(times), allowed, 1.0, "ms", note=note)


def p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def timed(typed: str) -> tuple[list[float], float]:
    """Milliseconds of whole searches (words, statements, facets, reasons), and their mean processor time."""
    times, before = [], _processor()
    for _round in range(ROUNDS):
        started = time.perf_counter()
        search(Query(q=typed), language="zh", as_of=AS_OF)
        times.append((time.perf_counter() - started) * 1_000)
    return times, (_processor() - before) * 1_000 / ROUNDS


def _processor() -> float:
    """Seconds of this process and of its backend; the server's are counted in hundredths."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(int(cursor.fetchone()[0])).cpu_times()
    return time.process_time() + backend.user + backend.system


def compared_with_like(queries: int) -> int:
    """Hold the ids of every hit against those of a sequential scan with LIKE; stop where they differ."""
    with connection.cursor() as cursor:
        for typed in QUERIES[:queries]:
            asked = Statement(Query(q=typed), exactly(typed, knowledge()), AS_OF, cap=10**9)
            cursor.execute(f"{IDS}({asked.candidates('d.listing_id')}) d", asked.values)
            found = cursor.fetchone()
            patterns = [f"%{needle(word)}%" for word in runs(typed)]
            like = " AND ".join(["d.text LIKE %s"] * len(patterns))
            cursor.execute(f"{IDS} discovery_searchdocument d WHERE {like}", patterns)
            same(found, cursor.fetchone(), f"{typed}: hits against LIKE's")
    return min(queries, len(QUERIES))
