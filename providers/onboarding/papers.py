"""Which files are taken as documents: PDF, JPEG and PNG, told by their bytes, never by their names.

A picture is decoded and written anew, so nothing rides along in it: no second file behind its end, no place where it was taken.
A PDF is kept as it is, because it is evidence; one that runs programs, carries files or is a second kind of file is refused.
Whatever is kept is only ever handed out as an attachment (see `web/documents.py`).
"""

import hashlib
import io
import re
import unicodedata
import warnings
import zlib
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from marketplace.kernel.errors import UserError

MAX_BYTES = 10 * 1024 * 1024
#: More than any phone takes of a sheet of paper; decoded it stays below 160 MB.
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 4_000
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
#: What a PDF must not have. All are long enough not to occur by chance in the middle of a compressed picture.
ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE)\b")
LOCKED = re.compile(rb"/Encrypt\b")
#: Another kind of file inside: archives, programs, web pages.
FOREIGN = re.compile(rb"PK\x03\x04|PK\x05\x06|Rar!\x1a|7z\xbc\xaf|<script|<html|<svg|<\?php|<!doctype", re.IGNORECASE)
#: Objects may hide in compressed streams; this much of each is looked at.
PACKED = re.compile(rb"/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
UNPACKED = 4 * 1024 * 1024
MOST_PACKED = 200
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
UNWANTED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


class BadPaper(UserError):
    """A file that is not taken as a document; the message says what to hand in instead."""


@dataclass(frozen=True)
class Paper:
    """A file that passed."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def too_large() -> BadPaper:
    return BadPaper(_("The file is larger than 10 MB. Hand in a smaller scan."))


def checked(content: bytes, *, name: str) -> Paper:
    """The file as it will be kept. Raises BadPaper."""
    if not content:
        raise BadPaper(_("The file is empty. Choose it again."))
    if len(content) > MAX_BYTES:
        raise too_large()
    if content.startswith(b"%PDF-"):
        return Paper(_clean(name, "application/pdf"), "application/pdf", _pdf(content))
    if content.startswith(b"\xff\xd8\xff"):
        return Paper(_clean(name, "image/jpeg"), "image/jpeg", _picture(content, "JPEG"))
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Paper(_clean(name, "image/png"), "image/png", _picture(content, "PNG"))
    raise BadPaper(_("Only PDF, JPG and PNG files are taken, and this is none of them, whatever its name says."))


def _pdf(content: bytes) -> bytes:
    plain = _spelled_out(content + _unpacked(content))
    if b"%%EOF" not in content[-1024:] or FOREIGN.search(content[:1024]) or FOREIGN.search(content[-66_000:]):
        raise BadPaper(_("This PDF is damaged, or something else is hidden in it. Print it to PDF again, or hand in a photo."))
    if LOCKED.search(plain):
        raise BadPaper(_("This PDF is protected by a password. Hand in one that opens without."))
    if ACTIVE.search(plain):
        raise BadPaper(_("This PDF contains scripts or attached files. Print it to PDF again, or hand in a photo."))
    return content


def _spelled_out(content: bytes) -> bytes:
    """Names with their #xx undone: `/Java#53cript` is `/JavaScript`."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)


def _unpacked(content: bytes) -> bytes:
    """What the compressed object streams say, as far as they open and up to a limit: a bomb is not blown up."""
    parts = []
    for found in islice(PACKED.finditer(content), MOST_PACKED):
        try:
            parts.append(zlib.decompressobj().decompress(content[found.end() :], UNPACKED // MOST_PACKED))
        except zlib.error:
            continue  # packed in another way; it is kept as an attachment like any other
    return b"".join(parts)


def _picture(content: bytes, kind: str) -> bytes:
    if FOREIGN.search(content[-66_000:]) or FOREIGN.search(content[:66_000]):
        raise BadPaper(_("Something else is hidden in this picture. Take a new photo or a new scan."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _redrawn(content, kind)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise BadPaper(_("This picture is damaged. Take a new photo or a new scan.")) from error
    except Image.DecompressionBombWarning as error:
        raise _too_many_pixels() from error


def _redrawn(content: bytes, kind: str) -> bytes:
    with Image.open(io.BytesIO(content), formats=[kind]) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_many_pixels()
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        mode = "L" if upright.mode == "L" else "RGB"
        drawn = io.BytesIO()
        upright.convert(mode).save(drawn, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": False}))
    if drawn.tell() > MAX_BYTES:
        raise too_large()
    return drawn.getvalue()


def _too_many_pixels() -> BadPaper:
    return BadPaper(_("This picture has more than 40 million pixels. Hand in a smaller one."))


def _clean(name: str, content_type: str) -> str:
    return safe_stem(name) + ENDINGS[content_type]


def safe_stem(name: str) -> str:
    """A file's name without its ending, safe in a header, on a disk and on a page."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    stem = UNWANTED.sub(" ", text).rsplit(".", 1)[0].strip(" .")[:80]
    return stem or "document"
