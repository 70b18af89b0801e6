"""Storing a picture: read by Pillow, turned upright, scaled, and written anew as WebP, so that nothing else survives."""

import hashlib
import os
import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import filetype
from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageOps

from marketplace.files.queries import WIDTHS, Image
from marketplace.kernel.errors import UserError

#: What people may send, by its first bytes; the name and the announced type of a file count for nothing.
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
MAX_BYTES = 10 * 1024 * 1024
#: Width × height: above, a small file could unfold into gigabytes.
MAX_PIXELS = 40_000_000
MIN_SIDE = 64
QUALITY = 82


class BadImage(UserError):
    """The file is no picture we can take; the message says what to send instead."""


def store_image(upload: "File[Any]") -> Image:
    """Check, re-encode and keep a picture in every width. The same picture stored twice is one file. Raises BadImage.

    Metadata (place, camera, thumbnails), animation, colour profiles and anything appended to the file are gone afterwards.
    """
    picture = _opened(_bytes(upload))
    copies = {width: _encoded(picture, width) for width in WIDTHS}
    key = hashlib.sha256(copies[WIDTHS[-1]]).hexdigest()[:40]
    for width, content in copies.items():
        _write(image_path(key, width), content)
    largest = _scaled_size(picture.size, WIDTHS[-1])
    return Image(key, *largest)


def image_path(key: str, width: int) -> Path:
    """Where a copy lies below MEDIA_ROOT; two characters of the key are its folder."""
    return Path(settings.MEDIA_ROOT) / "images" / key[:2] / f"{key}-{width}.webp"


def _bytes(upload: "File[Any]") -> bytes:
    if (upload.size or 0) > MAX_BYTES:
        raise _too_heavy()
    upload.seek(0)
    content: bytes = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _too_heavy()
    return content


def _too_heavy() -> BadImage:
    return BadImage(_("The picture is larger than %(limit)s MB. Save it smaller and send it again.") % {"limit": MAX_BYTES >> 20})


def _opened(content: bytes) -> Pillow.Image:
    """The first frame, upright, in RGB or RGBA."""
    kind = filetype.guess(content)
    if kind is None or kind.mime not in FORMATS:
        raise BadImage(_("This is not a JPEG, PNG, WebP or GIF picture."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(BytesIO(content), formats=[FORMATS[kind.mime]])
            _check_size(picture.size)
            picture.load()
            return _plain(ImageOps.exif_transpose(picture))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except BadImage:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError) as error:  # what broken files raise
        raise BadImage(_("The picture is damaged and cannot be read. Save it again and send it once more.")) from error


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise BadImage(_("The picture is smaller than %(side)s pixels on a side.") % {"side": MIN_SIDE})


def _too_many_pixels() -> BadImage:
    limit = {"limit": MAX_PIXELS // 1_000_000}
    return BadImage(_("The picture has more than %(limit)s million pixels. Save it smaller and send it again.") % limit)


def _plain(picture: Pillow.Image) -> Pillow.Image:
    """Without palette and metadata."""
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    return picture.convert("RGBA" if transparent else "RGB")


def _scaled_size(size: tuple[int, int], width: int) -> tuple[int, int]:
    if size[0] <= width:
        return size
    return width, max(1, round(size[1] * width / size[0]))


def _encoded(picture: Pillow.Image, width: int) -> bytes:
    size = _scaled_size(picture.size, width)
    scaled = picture if size == picture.size else picture.resize(size, Pillow.Resampling.LANCZOS)
    out = BytesIO()
    # A fresh image: `save` would otherwise write profiles and metadata found in `info`.
    clean = Pillow.new(scaled.mode, scaled.size)
    clean.paste(scaled)
    clean.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    """At once or not at all: a half-written picture must never be served."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        _fill(file, content)
    Path(name).replace(path)


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    os.fchmod(file.fileno(), 0o644)
