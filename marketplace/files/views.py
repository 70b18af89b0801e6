"""Serving stored pictures. Their address is their content, so a browser never asks twice."""

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from marketplace.files.operations import image_path
from marketplace.files.queries import WIDTHS

KEY = re.compile(r"[0-9a-f]{40}")


@require_safe
def image(request: HttpRequest, key: str, width: int) -> HttpResponseBase:
    """A stored copy. Public: the key is a hash of the content and cannot be guessed."""
    if not KEY.fullmatch(key) or width not in WIDTHS:
        raise Http404
    try:
        response = FileResponse(image_path(key, width).open("rb"), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = f'inline; filename="{key}-{width}.webp"'
    return response
