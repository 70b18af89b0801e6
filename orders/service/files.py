"""Which files are taken as deliverables, and how they are kept: sealed, as they were sent, handed out as attachments only."""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _

from marketplace.kernel.sealing import sealed_chunks, unsealed_chunks
from marketplace.tenancy.scope import scope
from orders.service.errors import BadFile
from orders.service.models import Delivery, DeliveryChunk, DeliveryFile

MAX_BYTES = 25 * 1024 * 1024
MOST_FILES = 10
#: {ending: type}; what a browser would run is not among them.
ENDINGS = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "psd": "image/vnd.adobe.photoshop", "ai": "application/postscript", "mp4": "video/mp4",
    "mov": "video/quicktime", "mp3": "audio/mpeg", "wav": "audio/wav", "zip": "application/zip", "csv": "text/csv",
    "txt": "text/plain", "md": "text/markdown", "doc": "application/msword", "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
UNWANTED = frozenset('/\\:*?"<>|')


@dataclass(frozen=True)
class Handed:
    """A file that passed."""

    name: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def checked(content: bytes, *, name: str) -> Handed:
    """The file as it will be kept. Raises BadFile."""
    if not content:
        raise BadFile(_("The file is empty. Choose it again."))
    if len(content) > MAX_BYTES:
        raise BadFile(_("A file may have at most %(n)s MB. Pack it smaller, or hand it in in parts.") % {"n": MAX_BYTES >> 20})
    stem, _dot, ending = name.rpartition(".")
    kind = ENDINGS.get(ending.lower())
    if kind is None:
        raise BadFile(_("Files ending in “.%(ending)s” are not taken. Pack them as a zip.") % {"ending": ending[:12]})
    return Handed(f"{_clean(stem)}.{ending.lower()}", kind, content)


def _clean(stem: str) -> str:
    """Safe in a header, on a disk and on a page."""
    letters = (letter for letter in unicodedata.normalize("NFC", stem) if unicodedata.category(letter)[0] != "C")
    return "".join(" " if letter in UNWANTED else letter for letter in letters).strip(" .")[:100] or "file"


def keep(delivery: Delivery, files: Sequence[Handed]) -> None:
    """Write the files of a delivery, sealed for its merchant, in the caller's transaction and scope. Raises BadFile."""
    if len(files) > MOST_FILES:
        raise BadFile(_("At most %(n)s files fit into a delivery.") % {"n": MOST_FILES})
    both = {"merchant_id": delivery.merchant_id, "provider_id": delivery.provider_id}
    for handed in files:
        row = DeliveryFile.objects.create(
            **both, delivery=delivery, uid=uuid4(), name=handed.name, content_type=handed.content_type,
            size=len(handed.content), sha256=handed.sha256,
        )  # fmt: skip
        pieces = sealed_chunks(handed.content, merchant_id=delivery.merchant_id, purpose=_purpose(row))
        DeliveryChunk.objects.bulk_create(
            [DeliveryChunk(**both, file=row, number=number, sealed=sealed) for number, sealed in enumerate(pieces)]
        )


def bytes_of(file: DeliveryFile, organization_id: int) -> Iterator[bytes]:
    """The file in clear, piece by piece, in a scope of its own for one of its parties. Raises Unreadable."""
    with scope(organization_id, read_only=True):
        yield from bytes_in_scope(file)


def bytes_in_scope(file: DeliveryFile) -> Iterator[bytes]:
    """The same in the scope of the caller. Raises Unreadable."""
    chunks = DeliveryChunk.objects.filter(merchant_id=file.merchant_id, file=file).order_by("number")
    sealed = chunks.values_list("sealed", flat=True).iterator(chunk_size=4)
    yield from unsealed_chunks(sealed, merchant_id=file.merchant_id, purpose=_purpose(file))


def _purpose(file: DeliveryFile) -> str:
    return f"delivery:{file.uid}"
