"""Documents on paper: contracts, statements, receipts. Chinese and Latin text without a font file and without the network.

Chinese is set in the Adobe CID font every PDF reader substitutes (STSong-Light), Latin in Helvetica; both are named, not
embedded, so a document is a few kilobytes. The same content gives the same bytes, so that a document can be kept by its hash.

    data = document(title="对账单 2026-06", blocks=[Heading("收入"), Table([Column("订单"), Column("金额", "right")], rows)])
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from django.http import HttpResponse
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer
from reportlab.platypus import Table as Grid

CJK, LATIN, LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
MARGIN = 18 * mm
BODY, SMALL, TITLE = 9.5, 8.0, 17.0
HEADINGS = {1: 12.5, 2: 10.5}
LEADING = 1.5
#: Ink on paper; a document has no dark mode and reads no style sheet.
INK, SOFT, RULE = HexColor(0x1A2233), HexColor(0x5C6675), HexColor(0xC9D0DA)
#: Punctuation that must not begin a line.
CLOSING = frozenset("，。、；：？！）》」』】〉”’％%,.;:?!)]}…")
Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a line break in it is kept. `soft`: smaller and lighter."""

    text: str
    soft: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, a row each."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """`weight` is the column's share of the width."""

    label: str
    align: Align = "left"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their columns; the head is repeated on every page. `total` is set off at the end."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()


Block = Heading | Paragraph | Facts | Table


def document(*, title: str, blocks: Sequence[Block], subtitle: str = "", footer: str = "") -> bytes:
    """A4 pages with a title, the blocks in order, and on every page `footer` and the page's number."""
    _register()
    out = BytesIO()
    paper = BaseDocTemplate(out, pagesize=A4, title=title, author="Shangban", invariant=1, leftMargin=MARGIN, rightMargin=MARGIN)
    width, height = A4
    frame = Frame(MARGIN, MARGIN, width - 2 * MARGIN, height - 2 * MARGIN, 0, 0, 0, 0)
    paper.addPageTemplates(PageTemplate(frames=[frame], onPage=_page_foot(footer)))
    story: list[Flowable] = [Text(title, TITLE, bold=True)]
    if subtitle:
        story.append(Text(subtitle, BODY, colour=SOFT))
    story.append(Spacer(1, 5 * mm))
    for block in blocks:
        story.extend(_flowables(block, width - 2 * MARGIN))
    paper.build(story)
    return out.getvalue()


def pdf_response(name: str, data: bytes) -> HttpResponse:
    """The document as a download."""
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


# Text ----------------------------------------------------------------------------------------------------------------


def runs(text: str, bold: bool = False) -> Iterator[tuple[str, str]]:
    """(font, text) pieces: Helvetica for what it can set, the Chinese font for everything else."""
    latin, start = LATIN_BOLD if bold else LATIN, 0
    for end in range(1, len(text) + 1):
        if end == len(text) or _is_latin(text[end]) != _is_latin(text[start]):
            yield (latin if _is_latin(text[start]) else CJK), text[start:end]
            start = end


def _is_latin(char: str) -> bool:
    return ord(char) < 0x100  # Latin-1 is what Helvetica's built-in encoding has in common with Unicode


def width_of(text: str, size: float, bold: bool = False) -> float:
    """In points."""
    return sum(stringWidth(piece, font, size) for font, piece in runs(text, bold))


def lines_of(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """The text broken to a width: Latin between words, Chinese between characters, never before closing punctuation."""
    lines: list[str] = []
    for paragraph in text.replace("\r", "").split("\n"):
        line = ""
        for token in _tokens(paragraph.replace("\t", " ")):
            for part in _fitting(token, size, width, bold):
                if line and width_of(line + part.rstrip(), size, bold) > width:
                    lines.append(line.rstrip())
                    line = part.lstrip()
                else:
                    line += part
        lines.append(line.rstrip())
    return lines


def _tokens(text: str) -> Iterator[str]:
    """What is not broken: a Latin word with the space behind it, one Chinese character; each with its closing punctuation."""
    token = ""
    for char in text:
        glued = char in CLOSING or char == " " or (token and _is_latin(char) and _is_latin(token[-1]) and token[-1] != " ")
        if token and not glued:
            yield token
            token = ""
        token += char
    if token:
        yield token


def _fitting(token: str, size: float, width: float, bold: bool) -> Iterator[str]:
    """The token, cut only when it is longer than a whole line."""
    while len(token) > 1 and width_of(token.rstrip(), size, bold) > width:
        cut = next((n for n in range(len(token) - 1, 1, -1) if width_of(token[:n], size, bold) <= width), 1)
        yield token[:cut]
        token = token[cut:]
    yield token


class Text(Flowable):  # type: ignore[misc]
    """Lines of one size. Chinese has no bold cut of its own: bold is drawn with a thin outline."""

    def __init__(
        self, text: str, size: float, *, bold: bool = False, colour: Any = INK, align: Align = "left", space: float = 0
    ) -> None:
        super().__init__()
        self.text, self.size, self.bold, self.colour, self.align, self.space = text, size, bold, colour, align, space
        self.lines: list[str] = []

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        self.lines = lines_of(self.text, self.size, available, self.bold)
        self.height = len(self.lines) * self.size * LEADING + self.space
        return available, self.height

    def split(self, available: float, height: float) -> list[Flowable]:
        """What fits on this page, and the rest."""
        lines = lines_of(self.text, self.size, available, self.bold)
        fits = int((height - self.space) // (self.size * LEADING))
        if fits < 1 or fits >= len(lines):
            return []
        kept: dict[str, Any] = {"bold": self.bold, "colour": self.colour, "align": self.align}
        return [
            Text("\n".join(part), self.size, space=self.space if at else 0, **kept)
            for at, part in ((0, lines[:fits]), (1, lines[fits:]))
        ]

    def draw(self) -> None:
        leading = self.size * LEADING
        for number, line in enumerate(self.lines):
            left = self.width - width_of(line, self.size, self.bold) if self.align == "right" else 0
            top = self.height - number * leading - self.size * 1.15
            _set(self.canv, left, top, line, self.size, self.bold, self.colour)


def _set(canvas: Any, x: float, y: float, line: str, size: float, bold: bool, colour: Any) -> None:
    canvas.saveState()
    pen = canvas.beginText(x, y)
    pen.setFillColor(colour)
    pen.setStrokeColor(colour)
    canvas.setLineWidth(size / 60)
    for font, piece in runs(line, bold):
        pen.setFont(font, size)
        pen.setTextRenderMode(2 if bold and font == CJK else 0)
        pen.textOut(piece)
    pen.setTextRenderMode(0)
    canvas.drawText(pen)
    canvas.restoreState()


# Blocks --------------------------------------------------------------------------------------------------------------


def _flowables(block: Block, width: float) -> list[Flowable]:
    match block:
        case Heading(text, level):
            return [Spacer(1, 3 * mm), Text(text, HEADINGS[level], bold=True, space=1.5 * mm)]
        case Paragraph(text, soft, strong):
            return [Text(text, SMALL if soft else BODY, bold=strong, colour=SOFT if soft else INK, space=2 * mm)]
        case Facts(rows):
            cells = [[Text(label, BODY, colour=SOFT), Text(value, BODY)] for label, value in rows]
            return [_grid(cells, [width * 0.3, width * 0.7], []), Spacer(1, 2 * mm)]
        case Table():
            return [_table(block, width), Spacer(1, 3 * mm)]


def _table(table: Table, width: float) -> Flowable:
    whole = sum(column.weight for column in table.columns)
    aligned = [column.align for column in table.columns]
    head = [Text(column.label, SMALL, colour=SOFT, align=column.align) for column in table.columns]
    rows = [[Text(text, SMALL, align=align) for text, align in zip(row, aligned, strict=True)] for row in table.rows]
    style: list[tuple[Any, ...]] = [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE)]
    if table.total:
        rows.append([Text(text, SMALL, bold=True, align=align) for text, align in zip(table.total, aligned, strict=True)])
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.9, INK))
    return _grid([head, *rows], [width * column.weight / whole for column in table.columns], style, repeatRows=1)


def _grid(cells: list[list[Any]], widths: list[float], style: list[tuple[Any, ...]], **options: Any) -> Flowable:
    padding = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 6), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (-1, 0), (-1, -1), 0)]
    return Grid(cells, colWidths=widths, style=[*padding, *tight, *style], **options)


def _page_foot(footer: str) -> Callable[[Any, Any], None]:
    def draw(canvas: Any, paper: Any) -> None:
        right = str(canvas.getPageNumber())
        _set(canvas, MARGIN, 10 * mm, footer, SMALL - 1, False, SOFT)
        _set(canvas, A4[0] - MARGIN - width_of(right, SMALL), 10 * mm, right, SMALL, False, SOFT)

    return draw


def _register() -> None:
    registerFont(UnicodeCIDFont(CJK))
