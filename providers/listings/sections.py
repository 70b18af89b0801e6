"""The sections a listing is written in. Each is saved on its own, and has its own count of saves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.ui.kit import Text
from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS, Vocabulary
from providers.catalogue.models import Category, CategoryAttribute
from providers.catalogue.rates import CURRENCIES
from providers.listings.models import PricingModel
from providers.listings.shape import IMAGES, OFFER, TERMS, BadContent, Shape, text


@dataclass(frozen=True)
class Section:
    """`fields` are the columns of a version it writes."""

    name: str
    label: Text
    fields: tuple[str, ...]


BASICS = Section(
    "basics", pgettext_lazy("listing", "Title and category"), ("category", "title_zh", "title_en", "summary_zh", "summary_en")
)
TEXT = Section("text", pgettext_lazy("listing", "Description"), ("body_zh", "body_en"))
FIT = Section("fit", pgettext_lazy("listing", "Who it is for"), ("attributes", "platforms", "industries", "belts", "languages"))
PRICE = Section("price", pgettext_lazy("listing", "Price"), ("pricing_model", "currency", "offer"))
TERMS_SECTION = Section("terms", gettext_lazy("Service terms"), ("terms",))
PICTURES = Section("images", gettext_lazy("Pictures"), ("images",))
SECTIONS: dict[str, Section] = {section.name: section for section in (BASICS, TEXT, FIT, PRICE, TERMS_SECTION, PICTURES)}
#: Everything a version says: what is copied, compared and published.
CONTENT: tuple[str, ...] = tuple(name for section in SECTIONS.values() for name in section.fields)
SHAPES: dict[str, Shape] = {
    "title_zh": text(60), "title_en": text(120), "summary_zh": text(160), "summary_en": text(320),
    "body_zh": text(20_000), "body_en": text(40_000), "offer": OFFER, "terms": TERMS, "images": IMAGES,
}  # fmt: skip
VOCABULARIES: dict[str, Vocabulary[Any]] = {
    "platforms": PLATFORMS, "industries": INDUSTRIES, "belts": BELTS, "languages": LANGUAGES,
}  # fmt: skip


def clean_section(section: Section, values: Mapping[str, Any], asked: list[CategoryAttribute]) -> dict[str, Any]:
    """The section's values, checked. `asked` are the attributes of the version's category. Raises BadContent."""
    unknown = set(values) - set(section.fields)
    if unknown:
        raise BadContent(_("Unknown value “%(name)s”.") % {"name": sorted(unknown)[0]}, section.name)
    return {name: _clean(name, value, asked) for name, value in values.items()}


def _clean(name: str, value: Any, asked: list[CategoryAttribute]) -> Any:
    if name in SHAPES:
        return SHAPES[name](value, "" if name == "offer" else name)
    if name in VOCABULARIES:
        return _codes(VOCABULARIES[name].codes, value, name)
    if name == "attributes":
        return clean_attributes(value, asked)
    if name == "category":
        return _category(value)
    allowed = PricingModel.values if name == "pricing_model" else CURRENCIES
    if value not in allowed:
        raise BadContent(_("Choose one of the list."), name)
    return value


def _category(value: Any) -> Category:
    if not isinstance(value, Category) or not value.is_active or value.parent_id is None:
        raise BadContent(_("Choose a sub-category that is open for listings."), "category")
    return value


def _codes(known: tuple[str, ...], value: Any, where: str) -> list[str]:
    """Known codes, each once, in the order of the list."""
    if not isinstance(value, list) or not set(value) <= set(known):
        raise BadContent(_("Choose from the list."), where)
    return [code for code in known if code in set(value)]


def clean_attributes(value: Any, asked: list[CategoryAttribute]) -> dict[str, Any]:
    """Values of the attributes that are asked; unset ones are left out."""
    if not isinstance(value, Mapping):
        raise BadContent(_("This is not a group of values."), "attributes")
    by_key = {attribute.key: attribute for attribute in asked}
    if set(value) - set(by_key):
        raise BadContent(_("Unknown value “%(name)s”.") % {"name": sorted(set(value) - set(by_key))[0]}, "attributes")
    return {key: _attribute(by_key[key], item) for key, item in value.items() if item not in (None, "", [])}


def _attribute(attribute: CategoryAttribute, value: Any) -> Any:
    known = tuple(choice["code"] for choice in attribute.choices)
    fits = {
        "choice": isinstance(value, str) and value in known,
        "multi": isinstance(value, list) and set(map(str, value)) <= set(known),
        "number": type(value) is int and 0 <= value <= 10**9,
        "boolean": isinstance(value, bool),
    }[attribute.kind]
    if not fits:
        raise BadContent(
            _("“%(name)s” does not have a possible value.") % {"name": attribute.name}, f"attributes.{attribute.key}"
        )
    return _codes(known, value, attribute.key) if attribute.kind == "multi" else value
