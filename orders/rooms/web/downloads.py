"""How a file leaves: as a download nothing opens by itself; pictures, which we drew ourselves, may be shown on a page."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from orders.rooms.attachments import PICTURES
from orders.rooms.models import SharedFile
from orders.rooms.operations import bytes_of


def file_response(file: SharedFile, *, organization_id: int, inline: bool) -> StreamingHttpResponse:
    """The bytes of a file that was already found for this organization."""
    shows = inline and file.content_type in PICTURES
    response = StreamingHttpResponse(
        bytes_of(file, organization_id=organization_id), content_type=file.content_type if shows else "application/octet-stream"
    )
    response["Content-Disposition"] = content_disposition_header(not shows, file.name) or "attachment"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # A file never changes; it is the reader's own, so no shared cache keeps it.
    response["Cache-Control"] = "private, max-age=3600, immutable" if shows else "private, no-store"
    return response
