"""Where the console's search looks. Each room registers a finder for its own objects; this room adds the pages themselves.

register_finder(Finder("orders", _("Orders"), "orders", Permission.VIEW_ORDERS, find_orders))    # from AppConfig.ready()
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from marketplace.accounts.roles import Permission
from marketplace.ui.kit import Text
from marketplace.ui.navigation import navigation

#: How many of each kind are shown.
MOST = 6
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. `text` tells it from others of the same title; `is_ours` is true for the site's own words."""

    title: Text
    url: str
    text: Text = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Finder:
    """`find(organization_id, words, most)` runs in the reader's scope and only when the reader has `right`."""

    name: str
    label: Text
    icon: str
    right: Permission
    find: Callable[[int, str, int], Sequence[Found]]


@dataclass(frozen=True, slots=True)
class Group:
    label: Text
    icon: str
    items: Sequence[Found]


_finders: dict[str, Finder] = {}


def register_finder(finder: Finder) -> None:
    """Registering the same name twice keeps the last."""
    _finders[finder.name] = finder


def search(request: HttpRequest, words: str) -> list[Group]:
    """What the reader may see of what was asked for: pages first, then the objects of each room; empty groups are left out."""
    words = words.replace("\x00", "").strip()[:LONGEST]
    groups = [Group("", "arrow-right", _pages(request, words))]
    organization = getattr(request, "organization", None)
    if words and organization is not None:
        rights: frozenset[Permission] = getattr(request, "rights", frozenset())
        allowed = [finder for finder in _finders.values() if finder.right in rights]
        groups += [Group(finder.label, finder.icon, finder.find(organization.pk, words, MOST)) for finder in allowed]
    return [group for group in groups if group.items]


def _pages(request: HttpRequest, words: str) -> list[Found]:
    """Pages of the navigation whose name, or whose section's name, has these letters; all of them without words."""
    wanted = words.casefold()
    pages = [
        Found(page.label, page.url, section.label if section.pages else "", is_ours=True)
        for section in navigation(request)
        for page in (section.pages or (section,))
    ]
    if not wanted:
        return pages
    return [page for page in pages if wanted in str(page.title).casefold() or wanted in str(page.text).casefold()][:MOST]
