"""Files people upload: kept under the media folder until their import has ended."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings


def keep(upload: Any, *, merchant_id: int) -> Path:
    """Write an uploaded file, in pieces, to a private path of its own."""
    folder = Path(settings.MEDIA_ROOT) / "imports" / str(merchant_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{uuid4().hex}.upload"
    with path.open("xb") as target:
        for piece in upload.chunks():
            target.write(piece)
    return path
