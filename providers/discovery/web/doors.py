"""The door of public pages: an object that is not public is a missing page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from marketplace.kernel.errors import NotFound

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """For everybody, reading only; NotFound → 404."""

    @wraps(view)
    def opened(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except NotFound as error:
            raise Http404 from error

    return require_safe(opened)
