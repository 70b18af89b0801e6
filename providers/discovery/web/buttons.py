"""What can be done with a listing on its page, such as ordering it. Rooms above the market add their buttons."""

from collections.abc import Callable

from django.http import HttpRequest

from marketplace.ui.deals import Button
from providers.listings.models import PublicListing

#: None where there is nothing to do for this reader.
Source = Callable[[HttpRequest, PublicListing], Button | None]
_sources: list[tuple[int, Source]] = []


def register_button(source: Source, *, place: int) -> None:
    """Add a button; from `AppConfig.ready()`. A smaller `place` stands higher. Registering twice changes nothing."""
    if (place, source) not in _sources:
        _sources.append((place, source))
        _sources.sort(key=lambda entry: entry[0])


def buttons(request: HttpRequest, listing: PublicListing) -> list[Button]:
    """The buttons of a listing's page for its reader, signed in or not."""
    return [button for _place, source in _sources if (button := source(request, listing)) is not None]
