"""The states of payments in and back, and what follows from what: one table per state machine."""

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class PayInState(models.TextChoices):
    CREATED = "created", pgettext_lazy("payment", "Not begun")
    PENDING = "pending", pgettext_lazy("payment", "Awaiting the money")
    SUCCEEDED = "succeeded", pgettext_lazy("payment", "Arrived")
    FAILED = "failed", pgettext_lazy("payment", "Failed")
    EXPIRED = "expired", pgettext_lazy("payment", "Expired")


class Use(models.TextChoices):
    """What became of money that arrived: it was paid for something, or it stayed in the wallet."""

    WAITING = "waiting", pgettext_lazy("payment", "Not used yet")
    USED = "used", pgettext_lazy("payment", "Used for its purpose")
    KEPT = "kept", pgettext_lazy("payment", "Kept in the wallet")


class PayBackState(models.TextChoices):
    REQUESTED = "requested", pgettext_lazy("payment", "Waiting to be sent")
    SUBMITTED = "submitted", pgettext_lazy("payment", "On its way back")
    SUCCEEDED = "succeeded", pgettext_lazy("payment", "Sent back")
    FAILED = "failed", pgettext_lazy("payment", "Could not be sent back")


class CaseState(models.TextChoices):
    OPEN = "open", pgettext_lazy("payment", "Being looked into")
    CREDITED = "credited", pgettext_lazy("payment", "Credited")
    EXPLAINED = "explained", pgettext_lazy("payment", "Explained")


class StrayState(models.TextChoices):
    OPEN = "open", pgettext_lazy("payment", "Nobody's yet")
    ASSIGNED = "assigned", pgettext_lazy("payment", "Assigned")
    SENT_BACK = "sent_back", pgettext_lazy("payment", "Sent back to the payer")


class AutopayState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("autopay", "On")
    STOPPED = "stopped", pgettext_lazy("autopay", "Stopped")


class AutopayInvoiceState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("autopay", "To be tried again")
    PAID = "paid", pgettext_lazy("autopay", "Paid")
    FAILED = "failed", pgettext_lazy("autopay", "Not paid")


#: Money that arrives always counts, also after the payment was given up: a bank does not ask us. Only what succeeded is final.
PAY_IN: Table = {
    ("created", "open"): "pending",
    ("created", "refuse"): "failed",
    ("created", "give_up"): "failed",
    ("created", "expire"): "expired",
    ("created", "succeed"): "succeeded",
    ("pending", "open"): "pending",
    ("pending", "refuse"): "failed",
    ("pending", "give_up"): "failed",
    ("pending", "expire"): "expired",
    ("pending", "succeed"): "succeeded",
    ("expired", "succeed"): "succeeded",
    ("failed", "succeed"): "succeeded",
}
PAY_BACK: Table = {
    ("requested", "submit"): "submitted",
    ("requested", "succeed"): "succeeded",
    ("requested", "fail"): "failed",
    ("submitted", "succeed"): "succeeded",
    ("submitted", "fail"): "failed",
    ("succeeded", "fail"): "failed",  # companies take it back days later: a closed card, a returned transfer
}
CASE: Table = {("open", "credit"): "credited", ("open", "explain"): "explained"}
AUTOPAY: Table = {
    ("active", "authorise"): "active",  # another limit, another way to pay in
    ("active", "stop"): "stopped",
    ("stopped", "authorise"): "active",
}
AUTOPAY_INVOICE: Table = {("waiting", "pay"): "paid", ("waiting", "put_off"): "waiting", ("waiting", "give_up"): "failed"}
STRAY: Table = {("open", "assign"): "assigned", ("open", "send_back"): "sent_back"}
#: Payments that still expect money.
OPEN = (PayInState.CREATED, PayInState.PENDING)
