"""What views hand to the components of the market: a service, its price and its provider, ready to print."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import Text

#: What people call a provider's levels, on every page.
LEVEL_NAMES: Mapping[int, Text] = {1: _("Starter"), 2: _("Steady"), 3: _("Preferred"), 4: _("Top")}


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture: address, the same in other widths for `srcset`, and the size of the largest copy in pixels."""

    src: str
    srcset: str = ""
    width: int = 0
    height: int = 0
    alt: Text = ""


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` is formatted; `unit` says what it buys ("/ month"). Without an amount it is a price on request."""

    amount: Text = ""
    unit: Text = ""
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Seller:
    """A provider in one line. `score` is formatted, empty while there are no events; `level` is 1 to 4."""

    name: str
    url: str = ""
    logo: Picture | None = None
    level: int = 1
    is_newcomer: bool = False
    score: str = ""
    is_verified: bool = False

    @property
    def monogram(self) -> str:
        """What stands in for a logo: the first letter or character of the name."""
        return self.name.strip()[:1].upper()


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A service in a list. `facts` are (icon, text); `reasons` say why it stands where it does."""

    slug: str
    title: str
    url: str
    seller: Seller
    price: Price
    summary: str = ""
    kind: Text = ""
    icon: str = "store"
    cover: Picture | None = None
    tags: tuple[Text, ...] = ()
    facts: tuple[tuple[str, Text], ...] = ()
    reasons: tuple[Text, ...] = ()
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a comparison. `is_yes` draws a tick or a dash; `sub` is a quiet second line."""

    text: Text = ""
    sub: Text = ""
    is_yes: bool | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """Something compared: its name, and what stands beneath it."""

    name: Text
    price: Price | None = None
    url: str = ""
    sub: Text = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a comparison; `differs` marks it."""

    label: Text
    cells: tuple[Cell, ...]
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Things side by side: packages, editions, or whole services."""

    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
