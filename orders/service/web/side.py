"""The two consoles share their pages: what differs is the address, the side, and which rights stand behind an act."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.service.models import ServiceOrder
from orders.service.permissions import RIGHTS, right_of
from orders.service.terms import Side

#: The namespace of each side's addresses.
NAMESPACES: dict[Side, str] = {"merchant": "contracts", "provider": "jobs"}
View = Callable[..., HttpResponse]


def side_of(request: HttpRequest) -> Side:
    return cast(Side, request.organization.kind)


def other_side(side: Side) -> Side:
    return "provider" if side == "merchant" else "merchant"


def url(request: HttpRequest, name: str, *args: Any) -> str:
    """An address of the reader's own console."""
    return reverse(f"{NAMESPACES[side_of(request)]}:{name}", args=args)


def other_party(order: ServiceOrder, side: Side) -> str:
    """The other company's name."""
    return order.provider_name if side == "merchant" else order.merchant_name


def may(request: HttpRequest, act: str) -> bool:
    """Whether the reader has the right an act needs on his side."""
    return RIGHTS.get((side_of(request), act)) in request.rights


def looks(side: Side) -> Callable[[View], View]:
    """Anybody of that console may open it."""
    return requires(Permission.VIEW_CONSOLE, kind=side)


def exports(side: Side) -> Callable[[View], View]:
    return requires(Permission.EXPORT, kind=side)


def acts(side: Side, act: str) -> Callable[[View], View]:
    """Only who has the act's right, in that console."""
    return requires(right_of(side, act), kind=side)


def looks_and_acts(side: Side, act: str) -> Callable[[View], View]:
    """A page everybody may look at, whose form only some may send."""

    def decorate(view: View) -> View:
        reading, writing = looks(side)(view), acts(side, act)(view)

        @wraps(view)
        def chosen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return (writing if request.method == "POST" else reading)(request, *args, **kwargs)

        return chosen

    return decorate
