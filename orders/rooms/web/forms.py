"""Reading what a form brought: words, and files that never touch a disk."""

from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from orders.rooms.attachments import MOST_FILES, Attachment, attachment, too_large
from providers.onboarding.uploads import DocumentHandler


@dataclass(frozen=True)
class Draft:
    """What somebody typed; kept when something is wrong with it."""

    text: str
    is_decision: bool
    key: str


def draft_in(request: HttpRequest) -> Draft:
    return Draft(
        text=request.POST.get("text", "").replace("\x00", ""),
        is_decision=request.POST.get("is_decision") == "on",
        key=request.POST.get("key", "")[:40] or "none",
    )


def files_in(request: HttpRequest, name: str = "files") -> list[Attachment]:
    """The files sent with a form, checked. Raises BadFile."""
    handlers = [handler for handler in request.upload_handlers if isinstance(handler, DocumentHandler)]
    if any(name in handler.too_large for handler in handlers):
        raise too_large()
    sent = [file for file in request.FILES.getlist(name) if isinstance(file, UploadedFile)]
    return [attachment(file.read(), name=file.name or "") for file in sent[: MOST_FILES + 1]]


def whole(text: str | None) -> int | None:
    """A whole number of an address, None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
