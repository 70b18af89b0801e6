"""Opening a file of orders: plain or gzip, streamed, bounded.

Nothing is read into memory as a whole. A line longer than `MAX_LINE` ends the import: it is either not a table or an attempt
to exhaust memory. The same holds for a gzip file that grows more than `MAX_RATIO` times.
"""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_noop as _

from orders.store.ingest.problems import BadFile

MAX_LINE = 1_000_000
MAX_RATIO = 200
_RATIO_FLOOR = 64 * 1024 * 1024


def sha256_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def lines_of(path: Path) -> Iterator[str]:
    """The text lines of a file, with their line ends. Raises BadFile on encodings and shapes that cannot be orders."""
    size = path.stat().st_size
    if size == 0:
        raise BadFile(_("The file is empty."))
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.open(raw) as unpacked:
                yield from _decoded(unpacked, limit=max(size * MAX_RATIO, _RATIO_FLOOR))  # type: ignore[arg-type]
        else:
            yield from _decoded(raw, limit=None)


def _decoded(handle: BinaryIO, *, limit: int | None) -> Iterator[str]:
    seen, number = 0, 0
    while True:
        try:
            line = handle.readline(MAX_LINE)
        except (EOFError, OSError, zlib.error) as error:
            raise BadFile(_("The gzip file is damaged or cut short; compress it again.")) from error
        if not line:
            return
        number += 1
        seen += len(line)
        if len(line) >= MAX_LINE and not line.endswith(b"\n"):
            raise BadFile(
                _("Line %(line)s is longer than %(limit)s bytes; is this a table with line breaks?"), line=number, limit=MAX_LINE
            )
        if limit is not None and seen > limit:
            raise BadFile(_("The gzip file grows too much when unpacked; split it or upload it unpacked."))
        if number == 1:
            line = _without_bom(line)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadFile(
                _("Line %(line)s is not UTF-8 text; save the file as UTF-8 and import it again."), line=number
            ) from error
        if "\x00" in text:
            raise BadFile(_("Line %(line)s contains a NUL character; is this a text file?"), line=number)
        yield text


def _without_bom(line: bytes) -> bytes:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(_("The file is UTF-16; save it as UTF-8 and import it again."))
    return line.removeprefix(b"\xef\xbb\xbf")


def text_buffer() -> io.StringIO:
    """A fresh in-memory text buffer for COPY."""
    return io.StringIO(newline="")
