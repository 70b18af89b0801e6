"""Wordings of contracts, by top category. A wording that was signed is never edited: it gets a new version beside it."""

from providers.catalogue.queries import category_by_slug

GENERAL = "general"
#: The version in use of each wording; see the modules beside this one for the texts.
CURRENT = {
    "general": 1,
    "agency-operation": 1,
    "content-marketing": 1,
    "customer-service": 1,
    "onboarding-agent": 1,
    "isv-tools": 1,
    "visual-design": 1,
    "lecturers": 1,
}


def template_for(category: str) -> str:
    """The wording a new contract of a category stands in, as `<template>/<version>`."""
    found = category_by_slug(category)
    top = (found.parent.slug if found.parent else found.slug) if found else ""
    code = top if top in CURRENT else GENERAL
    return f"{code}/{CURRENT[code]}"
