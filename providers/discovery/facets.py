"""Facets with counts, and chips for what is chosen."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from marketplace.ui.formats import money
from providers.discovery.criteria import DIMENSIONS, Query
from providers.discovery.knowledge import Knowledge
from providers.discovery.labels import label_of, title_of
from providers.discovery.results import Chip, Choice, Facet

MOST_CHOICES = 40
Counts = dict[str, dict[str, int]]


def counted(rows: Iterable[tuple[str, str, int]], query: Query) -> Counts:
    """Dimension → value → hits. A dimension in use has a count of its own: as if it were not."""
    used = set(query.filters)
    found: Counts = defaultdict(dict)
    for dimension, facet, hits in rows:
        name, _colon, value = facet.partition(":")
        if name != "band" and (dimension == name or (dimension == "" and name not in used)):
            found[name][value] = hits
    return found


def counted_chosen(rows: Iterable[tuple[str, str, int]]) -> Counts:
    """The same where dimensions in use were not counted apart."""
    return counted(rows, Query())


def facets(counts: Counts, query: Query, known: Knowledge, language: str) -> list[Facet]:
    """In the order of the page: category, the dimensions, the category's own."""
    own = [f"a.{attribute.key}" for attribute in known.facets_of(query.category)] if query.category else []
    names = ["category", *DIMENSIONS, *own]
    found = [(name, _choices(name, counts.get(name, {}), query, known, language)) for name in names]
    return [Facet(name, title_of(name, known, language, query.category), choices) for name, choices in found if choices]


def _choices(name: str, counts: dict[str, int], query: Query, known: Knowledge, language: str) -> list[Choice]:
    chosen = query.selected(name)
    values = {**dict.fromkeys(chosen, 0), **counts}
    kept = sorted(values, key=lambda value: (value not in chosen, -values[value], value))[:MOST_CHOICES]
    if name == "category":
        kept = [slug for slug in _branch(query.category, known) if values.get(slug) or slug in chosen]
    elif name == "level":
        kept.sort(reverse=True)
    elif kept and all(value.isdigit() for value in kept):
        kept.sort(key=int)
    return [
        Choice(name, value, label_of(f"{name}:{value}", known, language), values[value], value in chosen, query) for value in kept
    ]


def _branch(slug: str, known: Knowledge) -> Iterator[str]:
    """Top categories; below the chosen one its own sub-categories."""
    open_one = known.path(slug)[0] if slug else ""
    for category in known.categories.values():
        if not category.parent:
            yield category.slug
            yield from (
                each.slug for each in known.categories.values() if each.parent == category.slug and category.slug == open_one
            )


def chips(query: Query, known: Knowledge, language: str) -> list[Chip]:
    """One for every value chosen, each with the query that gives it up."""
    found = [
        Chip(name, label_of(f"{name}:{value}", known, language), query.toggled(name, value))
        for name, values in query.filters.items()
        for value in values
    ]
    if query.budget_min is not None:
        found.append(Chip("budget_min", _("from %(amount)s") % {"amount": _yuan(query.budget_min)}, query.without("budget_min")))
    if query.budget_max is not None:
        found.append(Chip("budget_max", _("up to %(amount)s") % {"amount": _yuan(query.budget_max)}, query.without("budget_max")))
    if query.available_by is not None:
        text = _("free by %(date)s") % {"date": query.available_by.isoformat()}
        found.append(Chip("available_by", text, query.without("available_by")))
    return found


def _yuan(amount: int) -> str:
    return money(amount * 100, "CNY")
