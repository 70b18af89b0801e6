"""What facets and their values are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.ui.offers import LEVEL_NAMES
from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.knowledge import Knowledge
from providers.listings.models import PricingModel

VOCABULARIES = {"platform": PLATFORMS, "industry": INDUSTRIES, "belt": BELTS, "language": LANGUAGES}
TITLES: dict[str, str | Promise] = {
    "category": _("Category"),
    "platform": _("Platform"),
    "industry": _("Industry"),
    "belt": _("Industrial belt"),
    "language": _("Service language"),
    "pricing": _("Price model"),
    "level": _("Level"),
}


def label_of(facet: str, known: Knowledge, language: str) -> str:
    """What `dimension:value` is called in a language ("zh" or "en"); an unknown value shows itself."""
    name, _colon, value = facet.partition(":")
    if name in VOCABULARIES:
        return VOCABULARIES[name].label(value, in_language=language)  # type: ignore[attr-defined, no-any-return]
    if name == "category":
        return known.categories[value].name(language) if value in known.categories else value
    if name == "pricing":
        return str(PricingModel(value).label) if value in PricingModel.values else value
    if name == "level":
        return str(LEVEL_NAMES[int(value)]) if value in ("1", "2", "3", "4") else value
    return _attribute(name[2:], value, known, language)


def title_of(name: str, known: Knowledge, language: str, category: str = "") -> str | Promise:
    """What a dimension is called; `a.<key>` as the category has it."""
    if name in TITLES:
        return TITLES[name]
    found = next((each for each in known.facets_of(category) if each.key == name[2:]), None)
    return name[2:] if found is None else found.name(language)


def _attribute(key: str, value: str, known: Knowledge, language: str) -> str:
    attribute = next((each for (_category, name), each in known.attributes.items() if name == key), None)
    if attribute is None:
        return value
    if attribute.kind == "boolean":
        return attribute.name(language)
    if attribute.kind == "number":
        return f"{value} {attribute.unit(language)}".strip()
    pair = next(
        (each.choices[value] for (_c, name), each in known.attributes.items() if name == key and value in each.choices), None
    )
    return value if pair is None else pair[1 if language == "en" else 0]
