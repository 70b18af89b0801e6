"""How a paper leaves: always as a download, of a type that nothing opens by itself, and kept by nobody on the way."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from orders.payments.models import PayInProof
from orders.payments.operations.proving import bytes_of


def as_download(found: PayInProof) -> StreamingHttpResponse:
    """Of a type that no browser opens by itself."""
    response = StreamingHttpResponse(bytes_of(found), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    response["Content-Length"] = str(found.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
