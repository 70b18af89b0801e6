"""The search as one SQL statement: candidates, their order, one page of them, and the counts of every facet.

Candidates come band by band, the best providers first, and no more than CAP are looked at when they are ordered by relevance;
another order visits all hits and keeps its first CAP, because "the cheapest" must be the cheapest. Words and filters are answered
by one GIN index; a phrase of several pairs is looked up in the text itself, so that nothing is found that LIKE would not find.
Values are always parameters; what is composed here are names of our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from providers.discovery.criteria import LAST_PAGE, Query
from providers.discovery.models import BANDS
from providers.discovery.terms import Plan, Term

CAP = 5_000
PAGE_SIZE = 20
#: What finding a term is worth: in the title; by a facet that is called so, or whose name contains it, or by one of the
#: category's own; anywhere. The best of them add up to 1.
IN_TITLE, BY_NAME, BY_PART, BY_ATTRIBUTE, ANYWHERE = 0.5, 0.3, 0.22, 0.1, 0.2
#: For the whole query standing in the title as typed.
AS_TYPED = 0.15
#: The share of relevance that the provider's quality decides, and that freshness decides.
QUALITY, FRESHNESS, FRESH_DAYS = 0.35, 0.08, 120
#: What is left of it when the provider is busy for up to thirty days, and for longer.
BUSY, AWAY = 0.92, 0.8
#: Every tenth place, the fifth first, is a newcomer's who is nearly as relevant as the best hit.
LANE_EVERY, LANE_FIRST, LANE_FIT = 10, 5, 0.75

ORDERS = {
    "newest": "published_at DESC, listing_id DESC",
    "price": "price_minor ASC NULLS LAST, quality DESC, listing_id",
    "score": "score DESC NULLS LAST, quality DESC, listing_id",
}
COLUMNS = (
    "d.listing_id, d.title, d.facets, d.attributes, d.price_minor, d.free_from, d.quality, d.score, d.is_newcomer,"
    " d.published_at, d.updated_at"
)
#: What is kept of every candidate while the page and the counts are made; `attributes` with a category only.
KEPT = "f.listing_id, f.facets, f.price_minor, f.quality, f.score, f.is_newcomer, f.published_at, f.matched, f.fit"
BY_BAND = f"""
SELECT c.* FROM generate_series(0, {BANDS - 1}) AS b (band) CROSS JOIN LATERAL (
  SELECT {{columns}} FROM discovery_searchdocument d
  WHERE d.facets @> ARRAY['band:' || b.band] AND {{where}}) c
LIMIT {{cap}}
"""
BY_ORDER = "SELECT {columns} FROM discovery_searchdocument d WHERE {where} ORDER BY {order} LIMIT {cap}"
PAGE_BY_LANE = f"""
best AS (
  SELECT t.listing_id, row_number() OVER (ORDER BY relevance DESC, listing_id) AS place
  FROM (SELECT listing_id, relevance FROM chosen ORDER BY relevance DESC, listing_id
        LIMIT (SELECT page * {PAGE_SIZE} FROM size)) t),
lane AS (
  SELECT t.listing_id,
         (row_number() OVER (ORDER BY relevance DESC, listing_id) - 1) * {LANE_EVERY - 1} + {LANE_FIRST} - 0.5 AS slot
  FROM (SELECT listing_id, relevance FROM chosen
        WHERE is_newcomer AND fit >= {LANE_FIT} * (SELECT max(fit) FROM chosen)
        ORDER BY relevance DESC, listing_id LIMIT (SELECT page * {PAGE_SIZE // LANE_EVERY} FROM size)) t),
page AS (
  SELECT listing_id, least(b.place, l.slot) AS turn, coalesce(l.slot < coalesce(b.place, l.slot + 1), false) AS is_promoted
  FROM best b FULL JOIN lane l USING (listing_id)
  ORDER BY 2 OFFSET (SELECT (page - 1) * {PAGE_SIZE} FROM size) LIMIT {PAGE_SIZE})
"""
PAGE_BY_ORDER = f"""
page AS (
  SELECT listing_id, row_number() OVER (ORDER BY {{order}}) AS turn, false AS is_promoted FROM chosen
  ORDER BY 2 OFFSET (SELECT (page - 1) * {PAGE_SIZE} FROM size) LIMIT {PAGE_SIZE})
"""
#: `fitting` is read once and not stored, except where the most matched words decide; OFFSET 0: no fit is reckoned twice.
SEARCH = f"""
WITH fitting AS {{stored}} (SELECT h.*, {{matched}} AS matched, {{fit}} AS fit FROM ({{hits}}) h OFFSET 0),
chosen AS MATERIALIZED (
  SELECT {{kept}}, f.fit * (1 - {QUALITY}::float8 * (1 - f.quality::float8 / 1000))
    * (1 - {FRESHNESS}::float8
           * (1 - exp(-greatest(0, date_part('epoch', %(as_of)s - f.updated_at)) / {FRESH_DAYS * 86_400})))
    * CASE WHEN f.free_from IS NULL OR f.free_from <= %(today)s THEN 1::float8
           WHEN f.free_from <= %(today)s + 30 THEN {BUSY}::float8 ELSE {AWAY}::float8 END AS relevance
  FROM fitting f {{most}}),
size AS (
  SELECT count(*) AS n, least(%(page)s, greatest(1, ceil(count(*) / {PAGE_SIZE}.0)), {LAST_PAGE})::int AS page FROM chosen),
{{page}}
SELECT (SELECT n FROM size), (SELECT page FROM size), (SELECT max(matched) FROM chosen),
  (SELECT coalesce(json_agg(json_build_object('id', listing_id, 'promoted', p.is_promoted, 'title', d.title,
     'facets', d.facets || d.attributes, 'free_from', d.free_from, 'quality', d.quality) ORDER BY p.turn), '[]')
   FROM page p JOIN discovery_searchdocument d USING (listing_id))::text,
  (SELECT coalesce(json_agg(json_build_array(t.dimension, t.facet, t.n)), '[]') FROM ({{counts}}) t)::text
"""


@dataclass
class Statement:
    """SQL and its values, while it is put together."""

    query: Query
    plan: Plan
    as_of: datetime
    #: Any of the terms will do; those with the most of them are kept.
    is_relaxed: bool = False
    cap: int = CAP
    values: dict[str, Any] = field(default_factory=dict)

    def value(self, value: Any) -> str:
        """A placeholder for a value; the same value has one."""
        for name, known in self.values.items():
            if known == value and type(known) is type(value):
                return f"%({name})s"
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def text(self) -> str:
        """The whole statement; its values are in `values` afterwards."""
        self.values |= {"as_of": self.as_of, "today": self.as_of.date(), "page": self.query.page}
        order = ORDERS.get(self.query.sort)
        return SEARCH.format(
            stored="MATERIALIZED" if self.is_relaxed else "NOT MATERIALIZED",
            kept=KEPT + (", f.attributes" if self.query.category else ""),
            hits=self.candidates(COLUMNS + (", d.text" if self.is_relaxed else "")),
            matched=self._matched(),
            fit=self._fit(),
            most=f"WHERE matched >= {(len(self.plan.terms) + 1) // 2} AND matched = (SELECT max(matched) FROM fitting)"
            if self.is_relaxed
            else "",
            page=PAGE_BY_ORDER.format(order=order) if order else PAGE_BY_LANE,
            counts=self._counts(),
        )

    def condition(self) -> str:
        """What a document `d` must fulfil to be a hit; for counting without ordering."""
        return " AND ".join(self._conditions("")) or "true"

    def candidates(self, columns: str, *, without: str = "") -> str:
        """What matches, the best bands first (or in the order asked for), at most `cap` and one more."""
        where, order = " AND ".join(self._conditions(without)) or "true", ORDERS.get(self.query.sort)
        if order and not without:
            return BY_ORDER.format(columns=columns, where=where, order=order, cap=self.cap + 1)
        return BY_BAND.format(columns=columns, where=where, cap=self.cap + 1)

    def _conditions(self, without: str) -> list[str]:
        query, found = self.query, []
        if self.plan.terms:
            joined = (" | " if self.is_relaxed else " & ").join(term.tsquery for term in self.plan.terms)
            found.append(f"d.tokens @@ {self.value(joined)}::tsquery")
        for name, values in query.filters.items():
            if name != without:
                column = "attributes" if name.startswith("a.") else "facets"
                found.append(f"d.{column} && {self.value([f'{name}:{value}' for value in values])}::text[]")
        if query.budget_min is not None:
            found.append(f"d.price_minor >= {self.value(query.budget_min * 100)}")
        if query.budget_max is not None:
            found.append(f"d.price_minor <= {self.value(query.budget_max * 100)}")
        if query.available_by is not None:
            found.append(f"(d.free_from IS NULL OR d.free_from <= {self.value(query.available_by)})")
        if not self.is_relaxed:
            found += [self._in_text("d", term.needles) for term in self.plan.terms if term.needles]
        return found

    def _in_text(self, table: str, needles: list[str]) -> str:
        return "(" + " OR ".join(f"strpos({table}.text, {self.value(each)}) > 0" for each in needles) + ")"

    def _matched(self) -> str:
        """How many terms a candidate has."""
        if not self.is_relaxed:
            return str(len(self.plan.terms))
        return " + ".join(f"CASE WHEN {self._has(term)} THEN 1 ELSE 0 END" for term in self.plan.terms)

    def _has(self, term: Term) -> str:
        return self._in_text("h", term.all_needles)

    def _fit(self) -> str:
        """How well the words fit, 0 to about 1."""
        terms = self.plan.terms
        if not terms:
            return "1.0::float8"
        total = sum(term.weight for term in terms)
        each = [f"{term.weight:.4f}::float8 * {self._worth_if_there(term)}" for term in terms]
        whole = f"CASE WHEN strpos(h.title, {self.value(self.plan.needle)}) > 0 THEN {AS_TYPED}::float8 ELSE 0 END"
        return f"(({' + '.join(each)}) / {total:.4f} + {whole})"

    def _worth_if_there(self, term: Term) -> str:
        return f"CASE WHEN {self._has(term)} THEN {self._worth(term)} ELSE 0 END" if self.is_relaxed else self._worth(term)

    def _worth(self, term: Term) -> str:
        in_title = [
            f"WHEN strpos(h.title, {self.value(sought)}) > 0 THEN {IN_TITLE * counts:.4f}::float8"
            for sought, counts in term.weighted_needles
        ]
        called = [f"WHEN {self._having('facets', term.named)} THEN {BY_NAME}::float8"] if term.named else []
        called += [f"WHEN {self._having('facets', term.facet_codes)} THEN {BY_PART}::float8"] if term.facet_codes else []
        own = term.attribute_codes
        called += [f"WHEN {self._having('attributes', own)} THEN {BY_ATTRIBUTE}::float8"] if own else []
        cases = [f"CASE {' '.join(each)} ELSE 0 END" for each in (in_title, called) if each]
        return "(" + " + ".join([f"{ANYWHERE}::float8", *cases]) + ")"

    def _having(self, column: str, codes: Sequence[str]) -> str:
        return f"h.{column} && {self.value(list(codes))}::text[]"

    def _counts(self) -> str:
        """Hits per facet; for a dimension in use, hits if that dimension were not used."""
        every = "c.facets || c.attributes" if self.query.category else "c.facets"
        found = [
            f"SELECT '' AS dimension, facet, count(*) AS n FROM (SELECT unnest({every}) AS facet FROM chosen c) e GROUP BY 2"
        ]
        for name in () if self.is_relaxed else self.query.filters:
            column = "attributes" if name.startswith("a.") else "facets"
            others = self.candidates(f"d.{column} AS labels", without=name)
            found.append(
                f"SELECT {self.value(name)}, facet, count(*) FROM (SELECT unnest(o.labels) AS facet FROM ({others}) o) e"
                f" WHERE starts_with(facet, {self.value(name + ':')}) GROUP BY 2"
            )
        return " UNION ALL ".join(found)
