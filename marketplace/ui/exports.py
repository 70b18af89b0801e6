"""Lists as CSV: streamed, readable by spreadsheets, and harmless in them."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse


class _Echo:
    """A file whose write() hands the text back: the csv module's way to stream."""

    def write(self, text: str) -> str:
        return text


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """A CSV download. `rows` is consumed while the response is sent, so it opens a scope of its own."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow(columns)
        for row in rows:
            yield writer.writerow([safe_cell(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows instead of running."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
