"""The text people see of a page, also what is read aloud or shown in empty fields."""

from html.parser import HTMLParser

from django.http import HttpResponse

SILENT = {"script", "style", "template", "code"}
SPOKEN = {"title", "aria-label", "alt", "placeholder", "data-label"}


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silenced = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silenced += tag in SILENT
        self.texts += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.silenced -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silenced and data.strip():
            self.texts.append(" ".join(data.split()))


def texts(response: HttpResponse) -> list[str]:
    """Every piece of text of a page."""
    reader = Reader()
    reader.feed(response.content.decode())
    return reader.texts


def text(response: HttpResponse) -> str:
    return " ".join(texts(response))
