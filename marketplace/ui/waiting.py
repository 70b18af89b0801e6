"""What waits for an organization, on the first page of its console. Rooms above that page add their lines here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marketplace.ui.kit import Text, Tone


@dataclass(frozen=True, slots=True)
class Wait:
    """Something the organization has to do: what, why or until when, and where. `title` is the parties' own words."""

    title: Text
    text: Text
    url: str
    tone: Tone = "info"
    due_at: datetime | None = None


#: Called with the organization's id and the time, in its scope; the most urgent first, a few at most.
Source = Callable[[int, datetime], list[Wait]]
_sources: dict[str, list[Source]] = {"merchant": [], "provider": []}


def register_waits(kind: str, source: Source) -> None:
    """Add lines to the first page of merchants or of providers; from `AppConfig.ready()`. Registering twice changes nothing."""
    if source not in _sources[kind]:
        _sources[kind].append(source)


def waits(kind: str, organization_id: int, at: datetime) -> list[Wait]:
    """Everything that waits, what has a deadline first. Needs the organization's scope."""
    found = [wait for source in _sources[kind] for wait in source(organization_id, at)]
    return sorted(found, key=lambda wait: (wait.due_at is None, wait.due_at or at))
