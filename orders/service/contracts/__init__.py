"""Wordings of contracts, by top category, in Chinese and English with numbered clauses.

A wording is named `<template>/<version>`, and the name is part of what is signed. One that was signed is never edited: it gets a
new version beside it (`tests/orders/service/test_contracts.py` keeps their digests).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.ui.formats import language
from orders.service.contracts import categories, general
from orders.service.contracts.clause import Clause
from orders.service.terms import Terms
from providers.catalogue.queries import category_by_slug

GENERAL = "general"
#: {template: {version: the category's own clauses}}; the general ones stand around them.
WORDINGS: Mapping[str, Mapping[int, Sequence[Clause]]] = {
    GENERAL: {1: ()},
    "agency-operation": {1: categories.AGENCY_OPERATION},
    "content-marketing": {1: categories.CONTENT_MARKETING},
    "customer-service": {1: categories.CUSTOMER_SERVICE},
    "onboarding-agent": {1: categories.ONBOARDING_AGENT},
    "isv-tools": {1: categories.ISV_TOOLS},
    "visual-design": {1: categories.VISUAL_DESIGN},
    "lecturers": {1: categories.LECTURERS},
}


@dataclass(frozen=True)
class Paragraph:
    """A numbered clause as it is read."""

    number: int
    title: str
    text: str


def template_for(category: str) -> str:
    """The wording a new contract of a category stands in, as `<template>/<version>`."""
    found = category_by_slug(category)
    top = (found.parent.slug if found.parent else found.slug) if found else ""
    code = top if top in WORDINGS else GENERAL
    return f"{code}/{max(WORDINGS[code])}"


def wording(template: str, terms: Terms) -> list[Paragraph]:
    """The numbered clauses of a wording under these terms, in the reader's language. Raises KeyError for an unknown one."""
    code, _slash, version = template.partition("/")
    own = WORDINGS[code][int(version)]
    said = [clause for clause in (*general.BEFORE, *own, *general.AFTER) if clause.applies(terms)]
    return [Paragraph(number, clause.title(language()), clause.text(language(), terms)) for number, clause in enumerate(said, 1)]
