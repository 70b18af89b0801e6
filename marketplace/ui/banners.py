"""What a room has to say above its pages, such as that a program is stopped."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from marketplace.tenancy.scope import current
from marketplace.ui.kit import Text, Tone


@dataclass(frozen=True)
class Banner:
    tone: Tone
    title: Text
    text: Text = ""
    url: str = ""
    url_label: Text = ""


Source = Callable[[HttpRequest], list[Banner]]
_sources: list[tuple[str, Source]] = []


def register_banners(prefix: str, source: Source) -> None:
    """Ask `source` for banners on every page below `prefix`, inside the page's scope; from `AppConfig.ready()`."""
    if (prefix, source) not in _sources:
        _sources.append((prefix, source))


def banners(request: HttpRequest) -> list[Banner]:
    """The banners of this page; none where no merchant is in scope, such as on an error page."""
    organization, inside = getattr(request, "organization", None), current()
    if organization is None or inside is None or inside.tenant_id != organization.pk:
        return []
    return [banner for prefix, source in _sources if request.path.startswith(prefix) for banner in source(request)]
