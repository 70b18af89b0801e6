"""What may become of an order and of a milestone: the two transition tables. The database holds the lists of states."""

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class OrderState(models.TextChoices):
    DRAFTED = "drafted", pgettext_lazy("contract", "To be signed")
    SIGNED = "signed", pgettext_lazy("contract", "Signed")
    ACTIVE = "active", pgettext_lazy("contract", "In progress")
    PAUSED = "paused", pgettext_lazy("contract", "Paused")
    COMPLETED = "completed", pgettext_lazy("contract", "Completed")
    TERMINATED = "terminated", pgettext_lazy("contract", "Terminated")
    CANCELLED = "cancelled", pgettext_lazy("contract", "Cancelled")


class MilestoneState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("milestone", "Planned")
    FUNDED = "funded", pgettext_lazy("milestone", "Funded")
    DELIVERED = "delivered", pgettext_lazy("milestone", "Delivered")
    CHANGES_REQUESTED = "changes_requested", pgettext_lazy("milestone", "Changes requested")
    ACCEPTED = "accepted", pgettext_lazy("milestone", "Accepted")
    REFUNDED = "refunded", pgettext_lazy("milestone", "Refunded")
    SPLIT = "split", pgettext_lazy("milestone", "Split")
    DISPUTED = "disputed", pgettext_lazy("milestone", "Disputed")
    CANCELLED = "cancelled", pgettext_lazy("milestone", "Cancelled")


#: Nothing can happen to these any more.
ENDED = frozenset({"completed", "terminated", "cancelled"})
CLOSED = frozenset({"accepted", "refunded", "split", "cancelled"})
#: Money is held for these.
HELD = frozenset({"funded", "delivered", "changes_requested", "disputed"})
#: The provider owes work for these.
WORKING = frozenset({"funded", "changes_requested"})

ORDER_TABLE: Table = {
    ("drafted", "revise"): "drafted",
    ("drafted", "accept"): "drafted",  # the first of two
    ("drafted", "sign"): "signed",  # the second
    ("drafted", "cancel"): "cancelled",
    ("drafted", "expire"): "cancelled",
    ("signed", "start"): "active",  # the first milestone is funded
    ("signed", "cancel"): "cancelled",
    ("signed", "expire"): "cancelled",  # nobody paid
    ("active", "revise"): "active",  # an amendment is offered
    ("active", "accept"): "active",
    ("active", "amend"): "active",
    ("active", "pause"): "paused",
    ("active", "give_notice"): "active",
    ("active", "withdraw_notice"): "active",
    ("active", "continue_trial"): "active",
    ("active", "end_trial"): "terminated",
    ("active", "hand_over"): "active",
    ("active", "cancel_late"): "cancelled",
    ("active", "terminate"): "terminated",
    ("active", "complete"): "completed",
    ("paused", "resume"): "active",
    ("paused", "give_notice"): "paused",
    ("paused", "withdraw_notice"): "paused",
    ("paused", "hand_over"): "paused",
    ("paused", "cancel_late"): "cancelled",
    ("paused", "terminate"): "terminated",
    ("paused", "complete"): "completed",
    # What is handed over may come after the end; nothing else does.
    ("terminated", "hand_over"): "terminated",
    ("completed", "hand_over"): "completed",
}

MILESTONE_TABLE: Table = {
    ("planned", "fund"): "funded",
    ("planned", "cancel"): "cancelled",
    ("funded", "deliver"): "delivered",
    ("funded", "refund"): "refunded",
    ("funded", "split"): "split",
    ("funded", "freeze"): "disputed",
    ("delivered", "accept"): "accepted",
    ("delivered", "request_changes"): "changes_requested",
    ("delivered", "extend_review"): "delivered",
    ("delivered", "refund"): "refunded",
    ("delivered", "split"): "split",
    ("delivered", "freeze"): "disputed",
    ("changes_requested", "deliver"): "delivered",
    ("changes_requested", "accept"): "accepted",  # the merchant thinks again
    ("changes_requested", "refund"): "refunded",
    ("changes_requested", "split"): "split",
    ("changes_requested", "freeze"): "disputed",
    ("accepted", "freeze"): "disputed",  # within the days in which a dispute may be opened
    ("disputed", "settle_accepted"): "accepted",
    ("disputed", "settle_refunded"): "refunded",
    ("disputed", "settle_split"): "split",
    # A dispute that is taken back leaves everything as it was.
    ("disputed", "thaw_funded"): "funded",
    ("disputed", "thaw_delivered"): "delivered",
    ("disputed", "thaw_changes_requested"): "changes_requested",
    ("disputed", "thaw_accepted"): "accepted",
}
