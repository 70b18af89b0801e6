"""What changed between two profiles, in words, and whether a person has to look at it."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from providers.catalogue.lists import label
from providers.profiles.cities import CITIES
from providers.profiles.content import CODES, WORDS, Certificate, Content, Member

#: A typo changes at most this many characters of a field, and never a number, an address or a name.
TYPO = 4
TELLING = re.compile(r"[0-9@:/]|www|微信|QQ", re.IGNORECASE)
FREE_TEXT = tuple(name for name in WORDS if not name.startswith("name_"))
LABELS = {
    "name_zh": gettext_lazy("Name in Chinese"),
    "name_en": gettext_lazy("Name in English"),
    "headline_zh": gettext_lazy("In one line, Chinese"),
    "headline_en": gettext_lazy("In one line, English"),
    "about_zh": gettext_lazy("About us in Chinese"),
    "about_en": gettext_lazy("About us in English"),
    "founded_year": gettext_lazy("Founded"),
    "team_size": gettext_lazy("People"),
    "cities": gettext_lazy("Cities"),
    "industries": gettext_lazy("Industries"),
    "belts": gettext_lazy("Industrial belts"),
    "platforms": gettext_lazy("Platforms"),
    "languages": gettext_lazy("Languages"),
    "team": gettext_lazy("Team"),
    "certificates": gettext_lazy("Certificates"),
    "logo": gettext_lazy("Logo"),
    "cover": gettext_lazy("Cover"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A field that differs, as text; pictures are compared by the page that shows them."""

    name: str
    label: str
    old: str
    new: str


def differences(old: Content, new: Content, *, language: str) -> list[Row]:
    """The fields that differ, in the order of the form; pictures as "new" and "none"."""
    return [
        Row(name, str(LABELS[name]), _text(old, name, language), _text(new, name, language))
        for name in LABELS
        if getattr(old, name) != getattr(new, name)
    ]


def _text(content: Content, name: str, language: str) -> str:
    value = getattr(content, name)
    if name in ("logo", "cover"):
        return _("a picture") if value else ""
    if name in CODES:
        return (
            "、".join(_code(name, code) for code in value) if language == "zh" else ", ".join(_code(name, code) for code in value)
        )
    if name in ("team", "certificates"):
        return "\n".join(_line(part, language) for part in value)
    return "" if value is None else str(value)


def _code(name: str, code: str) -> str:
    return CITIES.label(code) if name == "cities" else label(code)


def _line(part: Member | Certificate, language: str) -> str:
    if isinstance(part, Member):
        said = [part.text("name", language), part.text("role", language), _("with a photo") if part.photo else ""]
    else:
        said = [part.text("name", language), part.issuer, part.issued, part.expires]
    return " · ".join(word for word in said if word)


def risk(old: Content | None, new: Content) -> str:
    """`low` when only letters of running text changed, a few in each field; otherwise `normal`. Without an old one, `normal`."""
    if old is None:
        return "normal"
    changed = [name for name in LABELS if getattr(old, name) != getattr(new, name)]
    if not changed or any(name not in FREE_TEXT for name in changed):
        return "normal"
    return "low" if all(_is_typo(getattr(old, name), getattr(new, name)) for name in changed) else "normal"


def _is_typo(old: str, new: str) -> bool:
    if not old or not new:
        return False
    touched = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if TELLING.search(old[i1:i2] + new[j1:j2]):
            return False
        touched += max(i2 - i1, j2 - j1)
    return touched <= TYPO
