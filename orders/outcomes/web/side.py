"""The two consoles share their pages: what differs is the address, and which rights stand behind an act."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.service.calendar import ZONE

NAMESPACES = {"merchant": "outcomes", "provider": "job_outcomes"}
#: Who may offer a clause to the other side.
WRITES = {"merchant": Permission.HIRE, "provider": Permission.SELL}
View = Callable[..., HttpResponse]
TZ = ZONE


def side_of(request: HttpRequest) -> str:
    return str(request.organization.kind)


def url(request: HttpRequest, name: str, *args: Any) -> str:
    """An address of the reader's own console."""
    return reverse(f"{NAMESPACES[side_of(request)]}:{name}", args=args)


def order_url(request: HttpRequest, order_id: int) -> str:
    """The contract's own page, which another room serves at a fixed address."""
    return f"/contracts/{order_id}/" if side_of(request) == "merchant" else f"/desk/jobs/{order_id}/"


def looks(side: str) -> Callable[[View], View]:
    return requires(Permission.VIEW_CONSOLE, kind=side)


def exports(side: str) -> Callable[[View], View]:
    return requires(Permission.EXPORT, kind=side)


def writes(side: str) -> Callable[[View], View]:
    return requires(WRITES[side], kind=side)


def looks_and_writes(side: str) -> Callable[[View], View]:
    """A page everybody may look at, whose form only some may send."""

    def decorate(view: View) -> View:
        reading, writing = looks(side)(view), writes(side)(view)

        @wraps(view)
        def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return (writing if request.method == "POST" else reading)(request, *args, **kwargs)

        return chosen

    return decorate
