"""SVG elements as escaped text."""

from collections.abc import Iterable

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Attribute = str | int | float | None


def el(tag: str, *children: object, **attributes: Attribute) -> SafeString:
    """One element. `class_` → class, `view_box` → viewBox, other underscores → hyphens; None leaves an attribute out.

    Children and attribute values are escaped unless they are safe already.
    """
    pairs = ((_name(key), _value(value)) for key, value in attributes.items() if value is not None)
    opened = format_html("<{}{}", tag, format_html_join("", ' {}="{}"', pairs))
    if not children:
        return mark_safe(opened + "/>")  # noqa: S308 - both parts are escaped
    return mark_safe(opened + ">" + join(children) + f"</{tag}>")  # noqa: S308


def join(parts: Iterable[object]) -> SafeString:
    """Escaped parts, one after the other."""
    return mark_safe("".join(part if isinstance(part, SafeString) else escape(str(part)) for part in parts))  # noqa: S308


def text(x: float, y: float, content: object, css: str) -> SafeString:
    """A label; `css` names its modifiers, for example `end` or `middle strong`."""
    return el("text", content, x=x, y=y, class_=" ".join(["c-text", *(f"c-text--{name}" for name in css.split())]))


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> SafeString:
    """A straight line."""
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=css)


def _name(key: str) -> str:
    special = {"class_": "class", "view_box": "viewBox"}
    return special.get(key, key.rstrip("_").replace("_", "-"))


def _value(value: Attribute) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
