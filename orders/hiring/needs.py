"""What a merchant needs, as a value: the same in the draft, in the public copy, and in every invitation."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from providers.catalogue.rates import CURRENCIES, cny_minor
from providers.listings.shape import clean_text

TITLE, TEXT, KPI = 120, 5_000, 200


@dataclass(frozen=True, slots=True)
class Need:
    """Amounts are minor units of `currency`; lists hold codes of `providers.catalogue.lists`; `category` is a slug."""

    title: str
    category: str
    text: str = ""
    currency: str = "CNY"
    budget_min: int | None = None
    budget_max: int | None = None
    budget_unit: str = "once"
    starts_on: date | None = None
    ends_on: date | None = None
    kpi: str = ""
    store_size: str = ""
    platforms: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    belts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Dates as ISO texts, lists as lists."""
        return {
            name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Need":
        """Of `to_json`; what is missing has its default."""
        found: dict[str, Any] = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        for name in ("starts_on", "ends_on"):
            found[name] = date.fromisoformat(found[name]) if found.get(name) else None
        for name in ("platforms", "industries", "belts", "languages"):
            found[name] = tuple(found.get(name, ()))
        return cls(**found)

    @property
    def budget_cny(self) -> int | None:
        """The most one would pay in CNY minor units, at the catalogue's fixed rates."""
        most = self.budget_max if self.budget_max is not None else self.budget_min
        return None if most is None or self.currency not in CURRENCIES else cny_minor(most, self.currency)


def cleaned(need: Need) -> Need:
    """The same with tidy texts."""
    tidy = {name: clean_text(getattr(need, name)) for name in ("title", "text", "kpi")}
    return Need(**{**{field.name: getattr(need, field.name) for field in fields(need)}, **tidy})


def problems(need: Need) -> list[str]:
    """What stands against keeping it at all, in sentences."""
    found = []
    if not need.title:
        found.append(_("Give the need a title."))
    if len(need.title) > TITLE or len(need.text) > TEXT or len(need.kpi) > KPI:
        found.append(_("A text is too long."))
    if need.currency not in CURRENCIES:
        found.append(_("Choose a currency of the list."))
    if need.budget_min is not None and need.budget_max is not None and need.budget_max < need.budget_min:
        found.append(_("The upper end of the budget is below the lower one."))
    if need.starts_on and need.ends_on and need.ends_on < need.starts_on:
        found.append(_("The end is before the start."))
    return found


def missing(need: Need) -> list[str]:
    """What providers need to know before it can be published, in sentences."""
    found = problems(need)
    if len(need.text) < 20:
        found.append(_("Describe in a sentence or two what is to be done; providers quote by it."))
    if need.budget_max is None and need.budget_min is None:
        found.append(_("Name a budget, at least its upper end: matching and quotes go by it."))
    return found
