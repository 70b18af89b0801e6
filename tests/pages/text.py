"""The text people see of a page, also what is read aloud or shown in empty fields."""

from html.parser import HTMLParser

from django.http import HttpResponse

SILENT = {"script", "style", "template", "code"}
SPOKEN = {"title", "aria-label", "alt", "placeholder", "data-label"}
#: Elements without an end.
VOID = set("area base br col embed hr img input link meta source track wbr".split())


class Reader(HTMLParser):
    """`words_only` leaves out what is data, not the site's own words: `translate="no"`, numbers (`ref`) and what was typed."""

    def __init__(self, *, words_only: bool = False) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.words_only = words_only
        #: How deep inside something silent; counts every element from there on.
        self.silenced = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.silenced or self._is_silent(tag, dict(attrs)):
            self.silenced += tag not in VOID
            return
        self.texts += [value for name, value in attrs if name in SPOKEN and value]

    def _is_silent(self, tag: str, attrs: dict[str, str | None]) -> bool:
        is_data = attrs.get("translate") == "no" or "ref" in (attrs.get("class") or "").split() or tag == "textarea"
        return tag in SILENT or (self.words_only and is_data)

    def handle_endtag(self, tag: str) -> None:
        self.silenced -= bool(self.silenced) and tag not in VOID

    def handle_data(self, data: str) -> None:
        if not self.silenced and data.strip():
            self.texts.append(" ".join(data.split()))


def texts(response: HttpResponse, *, words_only: bool = False) -> list[str]:
    """Every piece of text of a page, or only the site's own words."""
    reader = Reader(words_only=words_only)
    reader.feed(response.content.decode())
    return reader.texts


def text(response: HttpResponse) -> str:
    return " ".join(texts(response))
