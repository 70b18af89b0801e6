"""Chinese is complete: every message of the code and the templates has a translation."""

from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.ui.sources import ROOT, messages_of, python_files, templates

PATH = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


@cache
def catalogue() -> Catalog:
    with PATH.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def _missing(context: str | None, text: str) -> bool:
    message = catalogue().get(text, context)
    return message is None or message.fuzzy or not message.string


def test_extraction_sees_every_kind_of_message():
    everywhere = {message for path in [*python_files(), *templates()] for message in messages_of(path)}
    assert {(None, "Orders"), ("status", "Paid"), (None, "%(counter)s line"), (None, "Progress")} <= everywhere


@pytest.mark.parametrize("kind", [python_files, templates])
def test_every_message_is_translated(kind):
    missing = {
        f"{path.relative_to(ROOT)}: {text!r}" for path in kind() for context, text in messages_of(path) if _missing(context, text)
    }
    assert sorted(missing) == [], "run `make messages` and translate"


def test_placeholders_survive_translation():
    broken = [f"{message.id}: {error}" for message, errors in catalogue().check() for error in errors]
    assert [line for line in broken if "plural forms" not in line] == []
