"""What upper rooms and scorecards hear of: something happened to an order, in the same transaction.

    register_on("accepted", note_accepted)      # from AppConfig.ready()

A callback is called in the merchant's scope with (order, milestone | None, by, at); whatever it raises undoes the act.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.models import Milestone, ServiceOrder

Event = Literal[
    "drafted", "signed", "amended", "started", "funded", "delivered", "accepted", "closed", "late", "completed", "terminated",
    "cancelled", "notice",
]  # fmt: skip
Callback = Callable[[ServiceOrder, Milestone | None, Actor, datetime], None]
_callbacks: dict[str, list[Callback]] = {}


def register_on(event: Event, callback: Callback) -> None:
    """Be called when it happens. Registering twice changes nothing.

    "accepted" is a milestone accepted by a person or by time; "closed" is any end of a milestone, with what went where.
    """
    known = _callbacks.setdefault(event, [])
    if callback not in known:
        known.append(callback)


def happened(event: Event, order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Call everybody who listens, in the order's own transaction."""
    with scope(order.merchant_id, savepoint=False):
        for callback in _callbacks.get(event, ()):
            callback(order, milestone, by, at)


def is_heard(event: Event) -> bool:
    """Whether anybody listens."""
    return bool(_callbacks.get(event))
