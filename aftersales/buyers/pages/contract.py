"""What a buyer's page must offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aftersales.buyers.links import Link
from marketplace.kernel.errors import UserError


class TryLater(UserError):
    """Nothing was done; the message says why and what to do."""


class Unavailable(UserError):
    """The page has nothing to show any more. The message is for the buyer and names nothing of the order."""


@dataclass(frozen=True)
class Shown:
    """A page to render: the template, what it needs, the shop's name and the buyer's language ('' = as the browser asks)."""

    template: str
    shop: str
    language: str = ""
    context: dict[str, Any] = field(default_factory=dict)


Form = Mapping[str, str]
#: Does one of the page's acts; the link to go on with, where it is another one.
Act = Callable[[Link, Form, datetime], Link | None]


@dataclass(frozen=True)
class Page:
    """`show` reads (and may roll back what it tried); `act` does one of `acts` and raises TryLater when it could not."""

    show: Callable[[Link, datetime], Shown]
    act: Act | None = None
    acts: tuple[str, ...] = ()
    #: Whether a used link shows its page again only to the browser that used it; others get a page that says nothing.
    is_once: bool = True
