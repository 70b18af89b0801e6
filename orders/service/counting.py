"""What upper rooms have counted of a period that is paid by what was done, for whoever says or checks the number delivered.

register_count(shifts_of)      # (order, milestone) -> Counted | None, in the scope of either party
"""

from collections.abc import Callable
from dataclasses import dataclass

from orders.service.models import Milestone, ServiceOrder


@dataclass(frozen=True)
class Counted:
    """`text` says how many of what, in the reader's language; `page` is the name of the page that shows it, per side."""

    text: str
    merchant_page: str
    provider_page: str


Source = Callable[[ServiceOrder, Milestone], Counted | None]
_sources: list[Source] = []


def register_count(source: Source) -> None:
    """Ask `source` too. Registering twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def counted(order: ServiceOrder, milestone: Milestone) -> list[Counted]:
    """What is known of this period's count; needs the scope of one of the parties."""
    return [found for source in _sources if (found := source(order, milestone)) is not None]
