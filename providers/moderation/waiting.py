"""What else waits for staff: other rooms' lines in the inbox on the index of the admin, each with its clock.

    register_waiting(Source("dispute", _("Disputes"), "disputes.change_dispute", list_url, waiting))     # in AppConfig.ready()

A source is asked when the page is shown, as the system role, and only for people with its permission.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from marketplace.ui.kit import Text


@dataclass(frozen=True)
class Waiting:
    """One line: what it is, whose, since when, until when, and where staff act on it."""

    title: str
    detail: Text
    party: str
    since: datetime
    due_at: datetime
    url: str


@dataclass(frozen=True)
class Source:
    """Everything of a kind that waits, what is due first on top; few enough to be counted whole."""

    kind: str
    label: Text
    permission: str
    list_url: Callable[[], str]
    waiting: Callable[[], Sequence[Waiting]]


class SourceRegistered(ValueError):
    """Two rooms claim one kind."""


_sources: dict[str, Source] = {}


def register_waiting(source: Source) -> None:
    """Make a source known. Registering the same one again changes nothing. Raises SourceRegistered."""
    if _sources.setdefault(source.kind, source) != source:
        raise SourceRegistered(source.kind)


def waiting_for(user: AbstractBaseUser | AnonymousUser) -> dict[str, tuple[Source, list[Waiting]]]:
    """By kind, what waits and this person may act on; kinds of which nothing waits are left out."""
    allowed = [source for source in _sources.values() if user.has_perm(source.permission)]  # type: ignore[union-attr]
    found = {source.kind: (source, list(source.waiting())) for source in allowed}
    return {kind: each for kind, each in found.items() if each[1]}
