"""Who could take a need on: one statement over what is public. A published listing says that the category's papers are in order
(the gate lets nobody list without), so qualification needs no question of its own."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from orders.hiring.matching.rank import Candidate

CANDIDATES = """
WITH offered AS (
  SELECT l.provider_id, min(l.from_cny_minor) AS from_cny
  FROM listings_publiclisting l WHERE l.category_id = %(category)s AND NOT l.provider_id = ANY (%(without)s)
  GROUP BY 1),
told AS (
  SELECT l.provider_id, t.what, array_agg(DISTINCT t.code) AS codes
  FROM listings_publiclisting l JOIN offered USING (provider_id)
  CROSS JOIN LATERAL (
    SELECT 'p' AS what, unnest(l.platforms) AS code UNION ALL SELECT 'i', unnest(l.industries)
    UNION ALL SELECT 'b', unnest(l.belts) UNION ALL SELECT 'l', unnest(l.languages)) t
  WHERE l.category_id = %(category)s GROUP BY 1, 2),
spread AS (
  SELECT provider_id, coalesce(max(codes) FILTER (WHERE what = 'p'), '{}') AS platforms,
         coalesce(max(codes) FILTER (WHERE what = 'i'), '{}') AS industries,
         coalesce(max(codes) FILTER (WHERE what = 'b'), '{}') AS belts,
         coalesce(max(codes) FILTER (WHERE what = 'l'), '{}') AS languages
  FROM told GROUP BY 1)
SELECT o.provider_id, p.slug, p.name_zh, p.name_en, t.platforms || p.platforms, t.industries || p.industries,
       t.belts || p.belts, t.languages || p.languages, o.from_cny, coalesce(s.level, 1), s.score, coalesce(s.n, 0),
       s.renewal_rate, p.verified_cases, coalesce(s.newcomer, false), coalesce(s.is_braked, false), p.is_paused, p.next_free_date
FROM offered o JOIN profiles_publicprovider p USING (provider_id)
LEFT JOIN scorecards_publicscore s USING (provider_id) LEFT JOIN spread t USING (provider_id)
ORDER BY o.provider_id
"""


def candidates(*, category_id: int, without: Sequence[int] = ()) -> list[Candidate]:
    """Every public provider with a published service in the category, without those named."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"category": category_id, "without": list(without)})
        return [_candidate(row) for row in cursor.fetchall()]


def _candidate(row: Sequence[Any]) -> Candidate:
    provider_id, slug, zh, en, platforms, industries, belts, languages, from_cny, level, score, jobs, *rest = row
    renewal, cases, newcomer, braked, paused, free = rest
    return Candidate(
        provider_id=provider_id, slug=slug, name_zh=zh, name_en=en, platforms=frozenset(platforms or ()),
        industries=frozenset(industries or ()), belts=frozenset(belts or ()), languages=frozenset(languages or ()),
        from_cny=from_cny, level=level, score=score, jobs=jobs, renewal_rate=renewal, verified_cases=cases,
        is_newcomer=newcomer, is_braked=braked, is_paused=paused, free_from=free,
    )  # fmt: skip
