"""What somebody asks the market for: read from a URL, written back as one canonical query string.

    query = Query.from_params(request.GET, category="agency")
    query.toggled("platform", "jd").params(leave_out=("category",))     # "q=…&platform=jd"

Nothing here raises: what cannot be understood is left out, because URLs are typed, cut and guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import QueryDict

from providers.discovery.text import clean

Sort = Literal["relevance", "newest", "price", "score"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "price", "score")
#: Dimensions with several values at once, in the order of the page. The URL's name is the dimension's.
DIMENSIONS = ("platform", "industry", "belt", "language", "pricing", "level")
LONGEST_QUERY = 120
MOST_VALUES = 20
LAST_PAGE = 250
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_LARGEST_BUDGET = 10**9


@dataclass(frozen=True)
class Query:
    """Words and filters. Values of one dimension are alternatives, dimensions add up.

    Budgets are whole yuan, as people type them; `attributes` are the category's own facets: ((key, (value, …)), …).
    """

    q: str = ""
    category: str = ""
    platform: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    belt: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    pricing: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    budget_min: int | None = None
    budget_max: int | None = None
    available_by: date | None = None
    sort: Sort = "relevance"
    page: int = 1

    @classmethod
    def from_params(cls, params: QueryDict | Mapping[str, Any], *, category: str | None = None) -> "Query":
        """Read a URL's parameters; `category` given by the path wins over the parameter."""
        sort = _last(params, "sort")
        attributes = {key[2:]: _codes(params, key) for key in sorted(params) if key.startswith("a.") and _CODE.fullmatch(key[2:])}
        return cls(
            q=_words(_last(params, "q")),
            category=_code(_last(params, "category") if category is None else category),
            attributes=tuple((key, values) for key, values in attributes.items() if values)[:MOST_VALUES],
            budget_min=_whole(_last(params, "budget_min"), _LARGEST_BUDGET),
            budget_max=_whole(_last(params, "budget_max"), _LARGEST_BUDGET),
            available_by=_date(_last(params, "available_by")),
            sort=next((known for known in SORTS if known == sort), "relevance"),
            page=max(1, _whole(_last(params, "page"), LAST_PAGE) or 1),
            **{name: _codes(params, name) for name in DIMENSIONS},
        )

    def params(self, *, leave_out: Iterable[str] = ()) -> str:
        """The canonical query string: fixed order, values sorted, defaults left out."""
        pairs: list[tuple[str, str]] = [("q", self.q), ("category", self.category)]
        pairs += [(name, value) for name in DIMENSIONS for value in getattr(self, name)]
        pairs += [(f"a.{key}", value) for key, values in self.attributes for value in values]
        pairs += [(name, _text(getattr(self, name))) for name in ("budget_min", "budget_max", "available_by")]
        pairs += [("sort", self.sort if self.sort != "relevance" else ""), ("page", str(self.page) if self.page > 1 else "")]
        unwanted = set(leave_out)
        return urlencode([(name, value) for name, value in pairs if value and name not in unwanted])

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """Dimensions that narrow, with their alternatives: `category`, those of DIMENSIONS and `a.<key>`."""
        found = {"category": (self.category,) if self.category else (), **{name: getattr(self, name) for name in DIMENSIONS}}
        found |= {f"a.{key}": values for key, values in self.attributes}
        return {name: values for name, values in found.items() if values}

    @property
    def is_narrowed(self) -> bool:
        """Whether there is anything but words to take away."""
        return bool(self.filters) or any(value is not None for value in (self.budget_min, self.budget_max, self.available_by))

    def selected(self, name: str) -> tuple[str, ...]:
        return self.filters.get(name, ())

    def toggled(self, name: str, value: str) -> "Query":
        """With this value added or taken away, on the first page. A category replaces the other one and its attributes."""
        if name == "category":
            return replace(self, category="" if self.category == value else value, attributes=(), page=1)
        now = set(self.selected(name)) ^ {value}
        return self._with(name, tuple(sorted(now)))

    def without(self, name: str) -> "Query":
        """Without this filter (or the words), on the first page."""
        if name in ("q", "category"):
            return replace(self, **{name: ""}, page=1, **({"attributes": ()} if name == "category" else {}))  # type: ignore[arg-type]
        if name in ("budget_min", "budget_max", "available_by"):
            return replace(self, **{name: None}, page=1)  # type: ignore[arg-type]
        return self._with(name, ())

    def cleared(self) -> "Query":
        """The words alone."""
        return Query(q=self.q)

    def asking(self, q: str) -> "Query":
        """The same filters with other words."""
        return replace(self, q=_words(q), page=1)

    def sorted_by(self, sort: Sort) -> "Query":
        return replace(self, sort=sort, page=1)

    def at_page(self, page: int) -> "Query":
        return replace(self, page=page)

    def _with(self, name: str, values: tuple[str, ...]) -> "Query":
        if not name.startswith("a."):
            return replace(self, **{name: values}, page=1)  # type: ignore[arg-type]
        kept = {**dict(self.attributes), name[2:]: values}
        return replace(self, attributes=tuple(sorted((key, each) for key, each in kept.items() if each)), page=1)


def _last(params: QueryDict | Mapping[str, Any], name: str) -> str:
    values = _all(params, name)
    return values[-1] if values else ""


def _all(params: QueryDict | Mapping[str, Any], name: str) -> list[str]:
    if isinstance(params, QueryDict):
        return [str(value) for value in params.getlist(name)]
    found: Any = params.get(name, [])
    return [str(value) for value in (found if isinstance(found, (list, tuple)) else [found])]


def _words(text: str) -> str:
    """What was typed, fit to be shown and searched: no control characters, single blanks, not endless."""
    plain = "".join(" " if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") else each for each in text[: 4 * LONGEST_QUERY])
    return " ".join(plain.split())[:LONGEST_QUERY].strip()


def _code(text: str) -> str:
    return text if _CODE.fullmatch(text) else ""


def _codes(params: QueryDict | Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(sorted({value for value in _all(params, name) if _CODE.fullmatch(value)})[:MOST_VALUES])


def _whole(text: str, largest: int) -> int | None:
    plain = clean(text, 20).strip().replace(",", "")
    return min(int(plain), largest) if plain.isascii() and plain.isdigit() else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return "" if value is None else str(value)
