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
from providers.discovery.knowledge import facet_code
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
    " d.published_at, d.updated_at, d.codes"
)
#: To the planner, reading the whole table with words to be found must look as dear as it is: it unpacks every row's words, for
#: which nothing is reckoned. Always true, never evaluated beyond its first half.
DEAR = "(d.quality >= 0 OR to_tsvector('simple', d.text) IS NOT NULL)"
BY_BAND = f"""
SELECT c.* FROM generate_series(0, {BANDS - 1}) AS b (band) CROSS JOIN LATERAL (
  SELECT {{columns}} FROM discovery_searchdocument d
  WHERE d.facets @> ARRAY['band:' || b.band] AND {{where}}) c
LIMIT {{cap}}
"""
BY_ORDER = "SELECT {columns} FROM discovery_searchdocument d WHERE {where} ORDER BY {order} LIMIT {cap}"
#: What is kept of every candidate while the page and the counts are made.
CHOSEN_BY_RELEVANCE = f"""
chosen AS MATERIALIZED (
  SELECT f.listing_id, f.codes{{also}}, f.is_newcomer, f.fit,
    f.fit * ({1 - QUALITY}::float8 + {QUALITY / 1000}::float8 * f.quality::float8)
    * ({1 - FRESHNESS}::float8
       + {FRESHNESS}::float8 * exp(date_part('epoch', least('0'::interval, f.updated_at - %(as_of)s)) / {FRESH_DAYS * 86_400}))
    * CASE WHEN f.free_from IS NULL OR f.free_from <= %(today)s THEN 1::float8
           WHEN f.free_from <= %(today)s + 30 THEN {BUSY}::float8 ELSE {AWAY}::float8 END AS relevance
  FROM fitting f {{most}})"""
CHOSEN_BY_ORDER = """
chosen AS MATERIALIZED (
  SELECT f.listing_id, f.codes{also}, f.price_minor, f.quality, f.score, f.published_at FROM fitting f {most})"""
PAGE_BY_LANE = f"""
best AS (
  SELECT t.listing_id, row_number() OVER (ORDER BY relevance DESC, listing_id) AS place
  FROM (SELECT listing_id, relevance FROM chosen ORDER BY relevance DESC, listing_id
        LIMIT (SELECT page * {PAGE_SIZE} FROM size)) t),
lane AS (
  SELECT t.listing_id,
         (row_number() OVER (ORDER BY relevance DESC, listing_id) - 1) * {LANE_EVERY - 1} + {LANE_FIRST} - 0.5 AS slot
  FROM (SELECT listing_id, relevance FROM chosen
        WHERE is_newcomer AND fit >= (SELECT best_fit * {LANE_FIT} FROM size)
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
#: Facets leave as one string of codes, which is added up in numpy: grouping the words took as long as finding the listings.
SEARCH = f"""
WITH fitting AS {{stored}} (SELECT h.*, {{matched}} AS matched, {{fit}} AS fit FROM ({{hits}}) h OFFSET 0),
{{chosen}},
size AS MATERIALIZED (
  SELECT count(*) AS n, least(%(page)s, greatest(1, ceil(count(*) / {PAGE_SIZE}.0)), {LAST_PAGE})::int AS page,
    {{most_matched}} AS matched, {{best_fit}} AS best_fit, string_agg(codes, '') AS codes FROM chosen),
{{page}}
SELECT s.n, s.page, s.matched,
  (SELECT coalesce(json_agg(json_build_object('id', listing_id, 'promoted', p.is_promoted, 'title', d.title,
     'facets', d.facets || d.attributes, 'free_from', d.free_from, 'quality', d.quality) ORDER BY p.turn), '[]')
   FROM page p JOIN discovery_searchdocument d USING (listing_id))::text,
  (SELECT coalesce(json_agg(json_build_array(t.dimension, t.facet, t.n)), '[]') FROM ({{attributes}}) t)::text,
  s.codes{{others}}
FROM size s
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
        order, relaxed = ORDERS.get(self.query.sort), self.is_relaxed
        chosen = CHOSEN_BY_ORDER if order else CHOSEN_BY_RELEVANCE
        also = (", f.attributes" if self.query.category else "") + (", f.matched" if relaxed else "")
        fewest = f"WHERE matched >= {(len(self.plan.terms) + 1) // 2} AND matched = (SELECT max(matched) FROM fitting)"
        return SEARCH.format(
            stored="MATERIALIZED" if relaxed else "NOT MATERIALIZED",
            hits=self.candidates(COLUMNS + (", d.text" if relaxed else "")),
            matched=self._matched(),
            fit=self._fit(),
            chosen=chosen.format(also=also, most=fewest if relaxed else ""),
            most_matched="max(matched)" if relaxed else str(len(self.plan.terms)),
            best_fit="0" if order else "max(fit)",
            page=PAGE_BY_ORDER.format(order=order) if order else PAGE_BY_LANE,
            attributes=self._attribute_counts(),
            others="".join(f",\n  (SELECT string_agg(o.codes, '') FROM ({each}) o)" for each in self._without_each()),
        )

    @property
    def counted_apart(self) -> list[str]:
        """Dimensions in use: their codes follow those of the hits, one column each."""
        return [] if self.is_relaxed else [name for name in self.query.filters if not name.startswith("a.")]

    def _without_each(self) -> list[str]:
        return [self.candidates("d.codes", without=name) for name in self.counted_apart]

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
            found += [f"d.tokens @@ {self.value(joined)}::tsquery", DEAR]
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
        if self._is_alone(terms[0]):
            return self._worth(terms[0])
        whole = f"CASE WHEN strpos(h.title, {self.value(self.plan.needle)}) > 0 THEN {AS_TYPED}::float8 ELSE 0 END"
        return f"(({' + '.join(each)}) / {total:.4f} + {whole})"

    def _worth_if_there(self, term: Term) -> str:
        return f"CASE WHEN {self._has(term)} THEN {self._worth(term)} ELSE 0 END" if self.is_relaxed else self._worth(term)

    def _worth(self, term: Term) -> str:
        as_typed = AS_TYPED if self._is_alone(term) else 0.0
        in_title = [
            f"WHEN strpos(h.title, {self.value(sought)}) > 0"
            f" THEN {IN_TITLE * counts + as_typed * (sought == self.plan.needle):.4f}::float8"
            for sought, counts in term.weighted_needles
        ]
        part = [code for code in term.facet_codes if code not in term.named]
        called = [f"WHEN {self._having(term.named)} THEN {BY_NAME}::float8"] if term.named else []
        called += [f"WHEN {self._having(part)} THEN {BY_PART}::float8"] if part else []
        own = self.value(list(term.attribute_codes))
        called += [f"WHEN h.attributes && {own}::text[] THEN {BY_ATTRIBUTE}::float8"] if term.attribute_codes else []
        cases = [f"CASE {' '.join(each)} ELSE 0 END" for each in (in_title, called) if each]
        return "(" + " + ".join([f"{ANYWHERE}::float8", *cases]) + ")"

    def _is_alone(self, term: Term) -> bool:
        """Whether finding the best phrase of this term in the title is finding the whole query in it."""
        return len(self.plan.terms) == 1 and not self.is_relaxed and term.weighted_needles[0][0] == self.plan.needle

    def _having(self, facets: Sequence[str]) -> str:
        """Whether a document has one of these facets; looking for codes takes a third of comparing the words."""
        return "(" + " OR ".join(f"position({self.value(facet_code(each))} IN h.codes) > 0" for each in facets) + ")"

    def _attribute_counts(self) -> str:
        """Hits per attribute of the chosen category; for one in use, hits if it were not used."""
        if not self.query.category:
            return "SELECT '' AS dimension, '' AS facet, 0 AS n WHERE false"
        found = [
            "SELECT '' AS dimension, facet, count(*) AS n FROM (SELECT unnest(c.attributes) AS facet FROM chosen c) e GROUP BY 2"
        ]
        for name in () if self.is_relaxed else (each for each in self.query.filters if each.startswith("a.")):
            others = self.candidates("d.attributes AS labels", without=name)
            found.append(
                f"SELECT {self.value(name)}, facet, count(*) FROM (SELECT unnest(o.labels) AS facet FROM ({others}) o) e"
                f" WHERE starts_with(facet, {self.value(name + ':')}) GROUP BY 2"
            )
        return " UNION ALL ".join(found)
