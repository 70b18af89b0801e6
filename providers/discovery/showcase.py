"""What the home page counts, in one statement: listings by category and belt, providers, proven cases, and what is new."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

NEWEST = 6
#: Public tables only. Belts and categories are counted over what is published now; nothing is estimated.
OVERVIEW = """
SELECT json_build_object(
  'categories', (SELECT json_object_agg(category_id, n) FROM (
      SELECT category_id, count(*) AS n FROM listings_publiclisting GROUP BY category_id) c),
  'belts', (SELECT json_object_agg(belt, n) FROM (
      SELECT belt, count(*) AS n FROM listings_publiclisting, unnest(belts) AS belt GROUP BY belt) b),
  'providers', (SELECT count(*) FROM profiles_publicprovider WHERE verified_at IS NOT NULL),
  'cases', (SELECT coalesce(sum(verified_cases), 0) FROM profiles_publicprovider),
  'jobs', (SELECT coalesce(sum(n), 0) FROM scorecards_publicscore),
  'newest', (SELECT json_agg(l) FROM (
      SELECT l.slug, l.title_zh, l.title_en, l.from_minor, l.currency, l.pricing_model, l.offer -> 'unit' AS unit,
             l.published_at, p.name_zh, p.name_en, p.slug AS provider
      FROM listings_publiclisting l JOIN profiles_publicprovider p USING (provider_id)
      ORDER BY l.published_at DESC, l.listing_id DESC LIMIT %s) l)
)::text
"""


@dataclass(frozen=True, slots=True)
class Overview:
    """`categories`: listings by category id. `belts`: by code. `newest`: rows of plain values, the latest first."""

    categories: dict[int, int]
    belts: dict[str, int]
    providers: int
    cases: int
    jobs: int
    newest: list[dict[str, Any]]

    @property
    def listings(self) -> int:
        return sum(self.categories.values())


def overview() -> Overview:
    """One statement, whatever the size."""
    with connection.cursor() as cursor:
        cursor.execute(OVERVIEW, [NEWEST])
        found = json.loads(cursor.fetchone()[0])
    newest = [{**row, "published_at": datetime.fromisoformat(row["published_at"])} for row in found["newest"] or []]
    return Overview(
        categories={int(pk): n for pk, n in (found["categories"] or {}).items()},
        belts=found["belts"] or {},
        providers=found["providers"],
        cases=found["cases"],
        jobs=found["jobs"],
        newest=newest,
    )
