"""How a paper leaves: always as a download, of a type that nothing opens by itself, and kept by nobody on the way."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from providers.onboarding.models import Document
from providers.onboarding.operations.documents import bytes_of


def as_download(document: Document) -> StreamingHttpResponse:
    """A type that no browser opens by itself, whatever the file is; the name says what it is."""
    response = StreamingHttpResponse(bytes_of(document), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, document.name)
    response["Content-Length"] = str(document.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
