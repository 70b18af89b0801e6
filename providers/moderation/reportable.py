"""What people may report: providers are ours, other rooms register theirs (listings).

    register_reportable(Reportable(name="listing", label=_("Listing"), find=find_published))

A page links to `reverse("moderation:report") + "?about=listing:<slug>"`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import Organization
from marketplace.accounts.queries import organization_id
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.kinds import Text


@dataclass(frozen=True)
class ReportSubject:
    """What is reported: its owner, its id in its own room, its title, and the public page (a path)."""

    provider_id: int
    subject_id: int
    title: str
    url: str = ""


@dataclass(frozen=True)
class Reportable:
    """`find(slug)` opens the scope it needs and raises NotFound for what is not public.

    `uphold(provider_id, subject_id, note, by, at)` is what follows at once when the report is right, in the desk's transaction;
    without it a ruling follows or nothing. `is_also_for_its_owner`: what others said about a provider it may report itself.
    """

    name: str
    label: Text
    find: Callable[[str], ReportSubject]
    uphold: Callable[[int, int, str, Actor, datetime], None] | None = None
    is_also_for_its_owner: bool = False


_reportable: dict[str, Reportable] = {}


def register_reportable(found: Reportable) -> None:
    """Add something to report; its name is taken once."""
    if _reportable.setdefault(found.name, found) != found:
        raise ValueError(f"{found.name!r} is registered twice")


def reportable_named(name: str) -> Reportable:
    """Raises NotFound: the name comes from an address people can type."""
    if name not in _reportable:
        raise NotFound(name)
    return _reportable[name]


def about_label(name: str) -> Text:
    """What people call it."""
    return _reportable[name].label if name in _reportable else name


def find_provider(slug: str) -> ReportSubject:
    """A service provider by its slug."""
    found = organization_id(slug)
    with scope(found):
        provider = Organization.objects.filter(pk=found, kind=Organization.Kind.PROVIDER).first()
    if provider is None:
        raise NotFound(slug)
    return ReportSubject(provider.pk, provider.pk, provider.name, f"/providers/{slug}/")
