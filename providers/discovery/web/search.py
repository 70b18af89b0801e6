"""The search page. Its address holds everything: it can be shared, and the back button works, with or without JavaScript."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.kit import Tab, Text
from providers.catalogue.models import Category
from providers.catalogue.queries import Branch, tree
from providers.discovery.criteria import SORTS, Query
from providers.discovery.queries import search
from providers.discovery.results import Results
from providers.discovery.web import jsonld
from providers.discovery.web.cards import by_id, from_hit
from providers.discovery.web.keeping import kept_for_strangers
from providers.discovery.web.links import search_url

SORT_LABELS = {
    "relevance": gettext_lazy("Best match"),
    "newest": gettext_lazy("Newest"),
    "price": gettext_lazy("Price, lowest first"),
    "score": gettext_lazy("Score, highest first"),
}
#: How many facets are open at first, and how many choices of one are shown before "more".
OPEN_FACETS, SHOWN_CHOICES = 4, 8
#: Facets drawn elsewhere: the category is a list of links.
APART = {"category"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the tree the reader is: the top category and, within it, the sub-category."""

    branch: Branch | None = None
    child: Category | None = None

    @property
    def category(self) -> Category | None:
        return self.child or (self.branch.category if self.branch else None)


@require_safe
@kept_for_strangers
def search_page(request: HttpRequest, slug: str = "") -> HttpResponse:
    branches = tree()
    place = _place(branches, slug) if slug else Place()
    query = Query.from_params(request.GET, category=slug or None)
    if not slug and query.category:
        place = _known_place(branches, query.category)
    results = search(query, language=formats.language(), as_of=timezone.now())
    trail, categories = _trail(place), by_id(branches)
    response = TemplateResponse(
        request,
        "market/search.html",
        {
            "query": query,
            "words": query.q,
            "results": results,
            "cards": [from_hit(hit, categories) for hit in results.hits],
            "facets": [facet for facet in results.facets if facet.name not in APART and facet.choices],
            "open_facets": OPEN_FACETS,
            "shown_choices": SHOWN_CHOICES,
            "branches": branches,
            "place": place,
            "heading": _heading(query, place),
            "sorts": _sorts(query),
            "pages": _pages(results),
            "trail": trail,
            "canonical": request.build_absolute_uri(search_url(query)),
            "may_shortlist": Permission.SHORTLIST in getattr(request, "rights", ()),
            "structured": {"@context": "https://schema.org", **jsonld.crumbs(request, trail)} if len(trail) > 1 else None,
        },
    )
    if getattr(request, "htmx", False):
        response["HX-Push-Url"] = search_url(query)
    return response


def _place(branches: list[Branch], slug: str) -> Place:
    found = _known_place(branches, slug)
    if found.branch is None:
        raise Http404(slug)
    return found


def _known_place(branches: list[Branch], slug: str) -> Place:
    for branch in branches:
        if branch.category.slug == slug:
            return Place(branch)
        for child in branch.children:
            if child.slug == slug:
                return Place(branch, child)
    return Place()


def _trail(place: Place) -> list[tuple[Text, str]]:
    trail: list[tuple[Text, str]] = [(_("Market"), reverse("market:home")), (_("All services"), reverse("market:search"))]
    for category in (place.branch.category if place.branch else None, place.child):
        if category is not None:
            trail.append((category.name, reverse("market:category", args=[category.slug])))
    return trail


def _heading(query: Query, place: Place) -> str:
    if query.q and place.category:
        return _("“%(words)s” in %(category)s") % {"words": query.q, "category": place.category.name}
    if query.q:
        return _("Results for “%(words)s”") % {"words": query.q}
    return place.category.name if place.category else _("All services")


def _sorts(query: Query) -> list[Tab]:
    return [Tab(SORT_LABELS[sort], sort, active=query.sort == sort) for sort in SORTS]


def _pages(results: Results) -> list[tuple[int | None, str]]:
    """Page numbers around the current one with their addresses; None stands for those left out."""
    near = {1, results.pages, *range(results.page - 1, results.page + 2)}
    shown: list[tuple[int | None, str]] = []
    for number in sorted(n for n in near if 1 <= n <= results.pages):
        if shown and shown[-1][0] is not None and number - (shown[-1][0] or 0) > 1:
            shown.append((None, ""))
        shown.append((number, search_url(results.query.at_page(number))))
    return shown
