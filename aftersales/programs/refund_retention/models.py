"""Refund retention's memory: one case per refund request."""

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.models import Claim, ProgramRun
from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.store.models import Buyer, RefundRequest, ShopOrder, ShopOrderLine

EMPTY = Value({}, models.JSONField())


class RetentionCase(TenantModel):
    """What refund retention did about one refund request: why, what it offered, what the buyer answered, what that saved.

    A request without a row is still *requested*; it is classified and decided in one statement, so that no row is ever half
    decided. Amounts are minor units of `currency`.
    """

    class State(models.TextChoices):
        NOT_ELIGIBLE = "not_eligible", pgettext_lazy("retention", "No card")
        HOLDOUT = "holdout", pgettext_lazy("retention", "Held out")
        OFFERED = "offered", pgettext_lazy("retention", "Offered")
        SENT = "sent", pgettext_lazy("retention", "Card sent")
        ACCEPTED = "accepted", pgettext_lazy("retention", "Accepted")
        DECLINED = "declined", pgettext_lazy("retention", "Declined")
        TIMED_OUT = "timed_out", pgettext_lazy("retention", "No answer")
        WITHDRAWAL_REQUESTED = "withdrawal_requested", pgettext_lazy("retention", "Withdrawal requested")
        WITHDRAWN = "withdrawn", pgettext_lazy("retention", "Request withdrawn")
        SAVED_PROVISIONAL = "saved_provisional", pgettext_lazy("retention", "Saved, provisional")
        SAVED_FINAL = "saved_final", pgettext_lazy("retention", "Saved")
        WITHDRAW_IMPOSSIBLE = "withdraw_impossible", pgettext_lazy("retention", "Could not be withdrawn")
        CLOSED = "closed", pgettext_lazy("retention", "Closed by the platform")
        REFUNDED = "refunded", pgettext_lazy("retention", "Refunded after all")

    class Answer(models.TextChoices):
        NONE = "", pgettext_lazy("retention", "None yet")
        ACCEPTED = "accepted", pgettext_lazy("retention", "Keeps it")
        DECLINED = "declined", pgettext_lazy("retention", "Declined the card")
        REFUND = "refund", pgettext_lazy("retention", "Just refund me")

    run = TenantForeignKey(ProgramRun, null=True)
    request = TenantForeignKey(RefundRequest)
    order = TenantForeignKey(ShopOrder, null=True)
    #: The line with most of the request's units; goodwill is paid on it.
    line = TenantForeignKey(ShopOrderLine, null=True)
    buyer = TenantForeignKey(Buyer, null=True)
    state = models.CharField(_("state"), max_length=24, choices=State)
    reason = models.CharField(_("reason"), max_length=40)
    intent = models.CharField(_("intent"), max_length=24)
    source = models.CharField(_("known from"), max_length=12)
    probability = models.FloatField(_("probability"), null=True)
    conditional = models.BooleanField(_("conditional"), db_default=False)
    arm = models.CharField(_("arm"), max_length=10, blank=True, db_default="")
    offer = models.CharField(_("offer"), max_length=20, blank=True, db_default="")
    offer_amount = models.BigIntegerField(_("amount offered"), db_default=0)
    currency = models.CharField(_("currency"), max_length=3)
    offered_by = models.CharField(_("offered by"), max_length=80, blank=True, db_default="")
    units = models.IntegerField(_("units asked back"))
    asked_amount = models.BigIntegerField(_("paid for these units"), db_default=0)
    requested_at = models.DateTimeField(_("requested"))
    deadline_at = models.DateTimeField(_("platform's deadline"))
    hold_until = models.DateTimeField(_("held until"), null=True)
    policy_version = models.IntegerField(_("policy version"))
    undo_minutes = models.SmallIntegerField(db_default=5)
    settle_days = models.SmallIntegerField(db_default=30)
    inputs = models.JSONField(_("inputs"), db_default=EMPTY)
    created_at = models.DateTimeField(_("decided"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, db_default="")
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_from = models.CharField(max_length=24, blank=True, db_default="")
    #: When the refund was let go: a decline, "just refund me", or the end of the hold.
    released_at = models.DateTimeField(_("released"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    kept_units = models.IntegerField(_("units kept"), null=True)
    saved_amount = models.BigIntegerField(_("saved"), db_default=0)
    cost_amount = models.BigIntegerField(_("goodwill"), db_default=0)
    later_amount = models.BigIntegerField(_("price protection later"), db_default=0)
    claim = TenantForeignKey(Claim, null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("retention case")
        verbose_name_plural = _("retention cases")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "request"], name="retention_case_once"),
            models.CheckConstraint(
                condition=models.Q(offer_amount__gte=0, cost_amount__gte=0, saved_amount__gte=0), name="retention_amounts"
            ),
            # The hold never passes the platform's deadline, whoever writes the row.
            models.CheckConstraint(
                condition=models.Q(hold_until__isnull=True) | models.Q(hold_until__lte=models.F("deadline_at")),
                name="retention_hold_inside_deadline",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "buyer", "requested_at"], name="retention_by_buyer"),
            models.Index(fields=["merchant_id", "line"], name="retention_by_line"),
            models.Index(
                fields=["merchant_id", "state"],
                name="retention_moving",
                condition=models.Q(
                    state__in=["offered", "sent", "accepted", "withdrawal_requested", "withdrawn", "saved_provisional"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.state}"

    @property
    def net_amount(self) -> int:
        """What keeping the goods was worth: paid for the units kept, minus goodwill and later price protection."""
        return self.saved_amount - self.cost_amount - self.later_amount
