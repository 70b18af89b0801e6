"""What is wrong with a file as a whole, as a text to be translated and its facts: the page that shows it may be in another
language than the worker that met it."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from marketplace.kernel.errors import UserError

SHOWN = 5


class ImportProblem(UserError):
    """A translatable message with named facts; as text it is in English, as commands print it."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message % facts if facts else message)
        self.message, self.facts = message, facts

    def in_words(self) -> str:
        """The message in the language of whoever reads now."""
        return in_words(self.message, self.facts)


class BadFile(ImportProblem):
    """The file as a whole cannot be read; nothing of it was imported."""


def in_words(message: str, facts: Mapping[str, Any]) -> str:
    """A stored problem in the language of whoever reads now."""
    return gettext(message) % facts if facts else gettext(message)


def bad_table(row: int, error: csv.Error) -> BadFile:
    if "field limit" in str(error):
        return BadFile(_("Row %(row)s has a cell of more than %(limit)s characters."), row=row, limit=csv.field_size_limit())
    return BadFile(_("Row %(row)s is not valid CSV; a quotation mark may be missing."), row=row)


def check_columns(names: Sequence[str], *, required: Sequence[str], known: Sequence[str] | frozenset[str]) -> None:
    """Raises BadFile when columns are missing or unknown."""
    missing = [name for name in required if name not in names]
    unknown = [name for name in names if name not in known]
    if missing:
        raise BadFile(_("The columns %(names)s are missing; the first line must name them."), names=", ".join(missing))
    if unknown:
        raise BadFile(_("The columns %(names)s are not known; see the list of columns."), names=", ".join(unknown[:SHOWN])[:500])
