"""Uploads of documents stay in memory: the site's usual handler would write them to a disk in clear.

What is larger than a document may be is not kept while it arrives, so a hundred megabytes cost their way through the network and
nothing else.
"""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from providers.onboarding.papers import MAX_BYTES, Paper, checked, too_large

#: What one form may bring along; a category asks for a handful of papers.
MAX_FORM_BYTES = 4 * MAX_BYTES


class DocumentHandler(FileUploadHandler):
    """Collects files in memory up to the cap; `too_large` names the fields in which there was more."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large: set[str] = set()
        self.collected = io.BytesIO()
        self.room = MAX_FORM_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.collected = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.room -= len(raw_data)
        if start + len(raw_data) > MAX_BYTES or self.room < 0:
            self.collected = io.BytesIO()
            self.too_large.add(str(self.field_name))
            raise SkipFile
        self.collected.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.collected.seek(0)
        return InMemoryUploadedFile(
            self.collected, self.field_name, self.file_name or "", self.content_type or "", file_size, self.charset
        )


View = Callable[..., HttpResponse]


def takes_documents(view: View) -> View:
    """Let a view's form bring documents. The handler must be in place before anything reads the form, the CSRF check included."""
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def prepared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [DocumentHandler(request)]
        return protected(request, *args, **kwargs)

    return prepared


def paper_in(request: HttpRequest, field: str) -> Paper | None:
    """The paper sent in a field, checked; None when none was chosen. Raises BadPaper."""
    if any(field in handler.too_large for handler in request.upload_handlers if isinstance(handler, DocumentHandler)):
        raise too_large()
    sent = request.FILES.get(field)
    if not isinstance(sent, UploadedFile):
        return None
    return checked(sent.read(), name=sent.name or "")
