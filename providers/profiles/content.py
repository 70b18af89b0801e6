"""What a profile says, as one immutable document: edited, compared, reviewed and published as a whole."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from marketplace.kernel.errors import UserError


class NotThisField(UserError):
    """A section names a field the profile does not have, or gives it the wrong kind of value."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the team, as merchants see him. `photo` is a picture's key or ""."""

    name_zh: str = ""
    name_en: str = ""
    role_zh: str = ""
    role_en: str = ""
    photo: str = ""
    languages: tuple[str, ...] = ()

    def text(self, name: str, language: str) -> str:
        """`name` or `role` in "zh" or "en", else in the other language."""
        return getattr(self, f"{name}_{language}") or getattr(self, f"{name}_{'en' if language == 'zh' else 'zh'}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Something an authority or a platform awarded. Days are ISO texts, "" when not said."""

    name_zh: str = ""
    name_en: str = ""
    issuer: str = ""
    issued: str = ""
    expires: str = ""

    def text(self, name: str, language: str) -> str:
        return getattr(self, f"{name}_{language}") or getattr(self, f"{name}_{'en' if language == 'zh' else 'zh'}")


@dataclass(frozen=True, slots=True)
class Content:
    """Codes are those of `providers.catalogue.lists` and `providers.profiles.cities`; pictures are keys."""

    name_zh: str = ""
    name_en: str = ""
    headline_zh: str = ""
    headline_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    logo: str = ""
    cover: str = ""
    founded_year: int | None = None
    team_size: int | None = None
    cities: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    belts: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    team: tuple[Member, ...] = ()
    certificates: tuple[Certificate, ...] = field(default=())

    def text(self, name: str, language: str) -> str:
        """`name`, `headline` or `about` in "zh" or "en", else in the other language."""
        return getattr(self, f"{name}_{language}") or getattr(self, f"{name}_{'en' if language == 'zh' else 'zh'}")

    def to_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def changed(self, values: Mapping[str, Any]) -> "Content":
        """This document with some fields replaced. Raises NotThisField."""
        unknown = set(values) - NAMES
        if unknown:
            raise NotThisField(", ".join(sorted(unknown)))
        return replace(self, **{name: _typed(name, value) for name, value in values.items()})


NAMES = frozenset(each.name for each in fields(Content))
#: Fields that hold words; what is typed in them may be a typo, everything else is a statement.
WORDS = ("name_zh", "name_en", "headline_zh", "headline_en", "about_zh", "about_en")
CODES = ("cities", "industries", "belts", "platforms", "languages")
LISTS: Mapping[str, type[Member] | type[Certificate]] = {"team": Member, "certificates": Certificate}


def from_json(stored: Mapping[str, Any]) -> Content:
    """The document a row holds; fields it does not know yet are empty, fields that are gone are ignored."""
    return Content().changed({name: value for name, value in stored.items() if name in NAMES})


def _typed(name: str, value: Any) -> Any:
    if name in CODES:
        return tuple(str(code) for code in value or ())
    if name in LISTS:
        return tuple(_part(LISTS[name], row) for row in value or ())
    if name in ("founded_year", "team_size"):
        return None if value in (None, "") else int(value)
    return str(value or "")


def _part(made: type[Member] | type[Certificate], row: Any) -> Member | Certificate:
    if isinstance(row, Member | Certificate):
        return row
    known = {each.name for each in fields(made)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list | tuple) else str(value or "") for key, value in row.items() if key in known
    }
    return made(**values)
