"""Keeping files both sides may read, and reading them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

from marketplace.kernel.sealing import sealed_chunks, unsealed_chunks
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.rooms.attachments import Attachment
from orders.rooms.models import SharedFile, SharedFileChunk


def store_file(*, merchant_id: int, provider_id: int, side: str, attachment: Attachment, by: Actor, at: datetime) -> SharedFile:
    """Keep a checked file, sealed, in the caller's transaction and in the scope of one of the parties.

    Upper rooms hang their own rows on it (a shared reference to `workrooms_sharedfile`).
    """
    parties = {"merchant_id": merchant_id, "provider_id": provider_id}
    file = SharedFile.objects.create(
        **parties, uid=uuid4(), side=side, name=attachment.name, content_type=attachment.content_type,
        size=len(attachment.content), sha256=attachment.sha256, width=attachment.width, height=attachment.height,
        stored_by=by.label, stored_at=at,
    )  # fmt: skip
    for number, sealed in enumerate(sealed_chunks(attachment.content, merchant_id=merchant_id, purpose=_purpose(file))):
        SharedFileChunk.objects.create(**parties, file=file, number=number, sealed=sealed)
    return file


def bytes_of(file: SharedFile, *, organization_id: int) -> Iterator[bytes]:
    """The file in clear, piece by piece, in a scope of its own: responses are sent after the view's has closed."""
    with scope(organization_id, read_only=True):
        chunks = SharedFileChunk.objects.filter(merchant_id=file.merchant_id, file=file).order_by("number")
        sealed = chunks.values_list("sealed", flat=True).iterator(chunk_size=4)
        yield from unsealed_chunks(sealed, merchant_id=file.merchant_id, purpose=_purpose(file))


def _purpose(file: SharedFile) -> str:
    return f"shared-file:{file.uid}"
