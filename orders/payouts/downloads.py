"""How a file leaves: always as a download, of a type that nothing opens by itself, and kept by nobody on the way."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def as_download(name: str, content: bytes) -> HttpResponse:
    """The file under its own name."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
