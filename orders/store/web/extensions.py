"""What higher rooms add to the order page. Imports go one way, so they register here when they are ready."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from orders.store.models import ShopOrder

OrderExtra = Callable[[HttpRequest, ShopOrder], dict[str, Any]]
_extras: list[OrderExtra] = []


def register_order_extra(extra: OrderExtra) -> None:
    """Called from an AppConfig's ready()."""
    if extra not in _extras:
        _extras.append(extra)


def order_extras(request: HttpRequest, order: ShopOrder) -> dict[str, Any]:
    """The context of all registered extensions."""
    merged: dict[str, Any] = {}
    for extra in _extras:
        merged |= extra(request, order)
    return merged
