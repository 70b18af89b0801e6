"""Reading orders: the one door to each, its parts, and who acts next."""

from orders.service.queries.cost import replay
from orders.service.queries.orders import (
    access_milestone,
    access_order,
    deliveries_of,
    handover_of,
    milestones_of,
    note_terms,
    open_split,
    signed_terms,
    version_of,
    versions_of,
)
from orders.service.queries.steps import NextStep, next_step

__all__ = [
    "NextStep",
    "access_milestone",
    "access_order",
    "deliveries_of",
    "handover_of",
    "milestones_of",
    "next_step",
    "note_terms",
    "open_split",
    "replay",
    "signed_terms",
    "version_of",
    "versions_of",
]
