"""The face's own files, for tests that read them."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
APPS = ("marketplace", "merchants", "providers", "orders", "aftersales")
CALL = re.compile(r"\b(gettext_noop|gettext|ngettext|pgettext|npgettext|_)\(")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = tuple[str | None, str]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def stylesheets() -> list[Path]:
    return sorted((ROOT / "static" / "css").glob("*.css"))


def python_files() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def messages_of(path: Path) -> Iterator[Message]:
    """Context and text of every translatable message in a Python file or template."""
    text = path.read_text(encoding="utf-8")
    source = text if path.suffix == ".py" else _calls(templatize(text))
    for _line, found, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):
        yield context, found if isinstance(found, str) else found[0]


def _calls(templatized: str) -> str:
    """Django's rendering of a template as source is no valid Python: keep the translation calls, one a line."""
    lines = []
    for match in CALL.finditer(templatized):
        depth, end, quote = 1, match.end(), ""
        while depth and end < len(templatized):
            char = templatized[end]
            if quote:
                end += char == "\\"
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            else:
                depth += (char == "(") - (char == ")")
            end += 1
        lines.append(templatized[match.start() : end].replace("\n", " "))
    return "\n".join(lines)
