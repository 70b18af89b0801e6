"""What a search answers with."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from providers.discovery.criteria import Query
from providers.listings.models import PublicListing

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet. `count`: hits with it, all other filters kept."""

    name: str
    value: str
    label: Text
    count: int
    is_selected: bool
    asked: Query

    @property
    def query(self) -> Query:
        """The query that chooses it, or gives it up. Made when somebody wants it: a page has a hundred choices."""
        return self.asked.toggled(self.name, self.value)


@dataclass(frozen=True)
class Facet:
    """A dimension to narrow by: `category`, `platform`, …, `a.<key>`. Choices with the most hits first, selected ones always."""

    name: str
    label: Text
    choices: Sequence[Choice]

    @property
    def is_used(self) -> bool:
        return any(choice.is_selected for choice in self.choices)


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the query without it."""

    name: str
    label: Text
    query: Query


@dataclass(frozen=True)
class Reason:
    """Why a hit is where it is. `code` is stable (for the API), `text` is for people."""

    code: str
    text: Text


@dataclass(frozen=True)
class Hit:
    """A listing, its provider in the reader's language, and the three strongest reasons of its place.

    `score` is in 1/100 points and None without events, `renewal_rate` in 1/10,000 and None below ten renewals due.
    `is_promoted`: here because newcomers get a tenth of the places.
    """

    listing: PublicListing
    provider_name: str
    provider_slug: str
    logo_key: str
    level: int
    score: int | None
    jobs: int
    renewal_rate: int | None
    is_newcomer: bool
    is_promoted: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Results:
    """A page of hits with everything around it.

    `total_is_exact` is False when there were more candidates than are looked at; then `total` is a lower bound, and facets count
    those looked at. `did_you_mean` holds better words: with `is_corrected` they were searched instead, because what was typed
    found nothing. `is_relaxed`: nothing has all the words, these have most of them.
    """

    query: Query
    hits: Sequence[Hit]
    total: int
    total_is_exact: bool
    facets: Sequence[Facet]
    page: int
    pages: int
    chips: Sequence[Chip] = ()
    did_you_mean: str = ""
    is_corrected: bool = False
    is_relaxed: bool = False
    #: Normalised phrases that were found, for marking them in the text.
    marked: Sequence[str] = field(default_factory=tuple)
