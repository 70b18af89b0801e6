"""A contract has its conversation from the moment it is drawn up, so that its pages have a place to ask and answer."""

from datetime import datetime

from marketplace.tenancy.actor import Actor
from orders.rooms.operations import open_conversation
from orders.rooms.registry import Subject
from orders.service.models import Milestone, ServiceOrder


def begin(order: ServiceOrder, _milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """Called in the transaction that draws the contract up."""
    open_conversation(
        merchant_id=order.merchant_id, provider_id=order.provider_id, subject=Subject("order", order.pk), title=order.title,
        by=by, at=at, names=(order.merchant_name, order.provider_name),
    )  # fmt: skip
