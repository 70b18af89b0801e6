"""Which files may be sent: PDF, pictures, office documents without macros, and plain text; told by their bytes.

Pictures are decoded and written anew. Everything but a picture is only ever handed out as an attachment.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image

from marketplace.kernel.errors import UserError
from providers.onboarding.papers import BadPaper, checked, safe_stem

MAX_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
MOST_BYTES = 25 * 1024 * 1024
#: What an office document may unfold into; a bomb is refused before anything is unfolded.
MOST_UNFOLDED = 200 * 1024 * 1024
MOST_PARTS = 5_000
PICTURES = ("image/jpeg", "image/png")
#: The part that tells an office document, its type and ending.
OFFICE = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "ppt/presentation.xml": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"),
}
#: Programs and foreign files inside an office document.
ACTIVE = ("vbaproject", "activex", "embeddings/", "oleobject", "externallink", ".exe", ".dll", ".js", ".vbs")
TEXTS = {".csv": "text/csv", ".txt": "text/plain", ".md": "text/plain"}


class BadFile(UserError):
    """A file that is not taken; the message says what to send instead."""


@dataclass(frozen=True)
class Attachment:
    """A file that passed."""

    name: str
    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def attachment(content: bytes, *, name: str) -> Attachment:
    """The file as it will be kept. Raises BadFile."""
    if len(content) > MAX_BYTES:
        raise too_large()
    if content.startswith(b"PK\x03\x04"):
        return _office(content, name)
    ending = "." + name.rsplit(".", 1)[-1].lower()
    if ending in TEXTS and content:
        return _text(content, name, ending)
    try:
        paper = checked(_as_png(content), name=name)
    except BadPaper as error:
        raise BadFile(_explained(str(error), content)) from error
    width, height = _size(paper.content) if paper.content_type in PICTURES else (None, None)
    return Attachment(paper.name, paper.content_type, paper.content, width, height)


def too_large() -> BadFile:
    return BadFile(_("The file is larger than 10 MB. Send a smaller one, or share it in parts."))


def _explained(reason: str, content: bytes) -> str:
    known = content.startswith((b"%PDF-", b"\xff\xd8\xff", b"\x89PNG")) or not content
    return reason if known else _("Only pictures, PDF, Word, Excel, PowerPoint, CSV and text files can be sent.")


def _as_png(content: bytes) -> bytes:
    """WebP and GIF become PNG (the first frame); everything else stays."""
    kind = "WEBP" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else "GIF" if content[:4] == b"GIF8" else ""
    if not kind:
        return content
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            if opened.width * opened.height > 40_000_000:
                raise BadFile(_("This picture has more than 40 million pixels. Send a smaller one."))
            drawn = io.BytesIO()
            opened.convert("RGB").save(drawn, "PNG")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise BadFile(_("This picture is damaged. Save it again and send it once more.")) from error
    return drawn.getvalue()


def _size(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as opened:
        return opened.width, opened.height


def _office(content: bytes, name: str) -> Attachment:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadFile(_("This document is damaged. Save it again and send it once more.")) from error
    names = {part.filename.lower() for part in parts}
    found = next((kind for mark, kind in OFFICE.items() if mark in names), None)
    if found is None or "[content_types].xml" not in names:
        raise BadFile(_("Archives are not taken. Send the files one by one."))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNFOLDED:
        raise BadFile(_("This document is too large inside. Split it, or send it as PDF."))
    if any(mark in part for part in names for mark in ACTIVE):
        raise BadFile(_("This document contains macros or other files. Save it without them, or as PDF."))
    return Attachment(safe_stem(name) + found[1], found[0], content)


def _text(content: bytes, name: str, ending: str) -> Attachment:
    """Text in UTF-8 or GB18030, kept in UTF-8."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return Attachment(safe_stem(name) + ending, TEXTS[ending], text.encode())
    raise BadFile(_("This is not a text file, whatever its name says."))
