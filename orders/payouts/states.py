"""What each state allows: one table per state machine. Who may do it is another question (marketplace.accounts.roles)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class AccountState(models.TextChoices):
    """Of an account that money goes to. A confirmed one is used from `usable_from` on, until a newer one is."""

    PROPOSED = "proposed", _("To be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("account", "Confirmed")
    CANCELLED = "cancelled", _("Cancelled")
    RETURNED = "returned", _("Refused by the bank")


class BatchState(models.TextChoices):
    """Of a week's payouts. `closed`: each was paid, failed or taken out."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    EXPORTED = "exported", _("With the bank")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class PayoutState(models.TextChoices):
    """Of one provider's payout in a batch."""

    DRAFTED = "drafted", _("Being prepared")
    APPROVED = "approved", _("Approved")
    EXPORTED = "exported", _("With the bank")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Taken out")


A, B, P = AccountState, BatchState, PayoutState

ACCOUNT: Table = {
    (A.PROPOSED, "confirm"): A.CONFIRMED,
    (A.PROPOSED, "cancel"): A.CANCELLED,
    (A.CONFIRMED, "cancel"): A.CANCELLED,  # only while it cools off (policies)
    (A.CONFIRMED, "return"): A.RETURNED,
}
BATCH: Table = {
    (B.DRAFT, "approve"): B.APPROVED,
    (B.DRAFT, "cancel"): B.CANCELLED,
    (B.APPROVED, "cancel"): B.CANCELLED,
    (B.APPROVED, "export"): B.EXPORTED,
    (B.EXPORTED, "export"): B.EXPORTED,  # the same file again
    (B.EXPORTED, "close"): B.CLOSED,
}
PAYOUT: Table = {
    (P.DRAFTED, "approve"): P.APPROVED,
    (P.DRAFTED, "cancel"): P.CANCELLED,
    (P.APPROVED, "cancel"): P.CANCELLED,
    (P.APPROVED, "export"): P.EXPORTED,
    (P.EXPORTED, "pay"): P.PAID,
    (P.EXPORTED, "fail"): P.FAILED,
    (P.PAID, "bounce"): P.FAILED,  # the bank gives it back days after it said it had paid
}
#: The money has left the earnings and has not arrived.
IN_TRANSIT = (P.DRAFTED, P.APPROVED, P.EXPORTED)
