"""Uploads of documents stay in memory: the site's usual handler would write them to a disk in clear.

What is larger than a document may be is not kept while it arrives, so a hundred megabytes cost a hundred megabytes of network and
nothing else.
"""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from providers.onboarding.papers import MAX_BYTES

#: A form around a file: a few fields and their boundaries.
AROUND = 64 * 1024


class DocumentHandler(FileUploadHandler):
    """Collects one file in memory up to the cap; `was_too_large` says that there was more."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.was_too_large = False
        self.collected = io.BytesIO()

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None) -> None:
        if content_length > MAX_BYTES + AROUND:
            self.was_too_large = True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.collected = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.was_too_large or start + len(raw_data) > MAX_BYTES:
            self.was_too_large = True
            raise StopUpload(connection_reset=False)
        self.collected.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        if self.was_too_large:
            return None
        self.collected.seek(0)
        return InMemoryUploadedFile(
            self.collected, self.field_name, self.file_name or "", self.content_type or "", file_size, self.charset
        )
