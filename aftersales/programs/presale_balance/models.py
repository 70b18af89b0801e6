"""Presale orders on their way to a paid balance, and every touch they got or did not get.

Written in sets by `operations.py`; columns a statement does not name have a database default. Amounts stay in the order store.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.measurement.models import Arm, Experiment
from aftersales.models import ProgramRun
from marketplace.tenancy.models import TenantForeignKey, TenantModel
from merchants.models import Shop
from orders.store.models import Buyer, ShopOrder


class Enrolment(TenantModel):
    """One presale order in the program, from its deposit to its end."""

    class State(models.TextChoices):
        DEPOSIT_PAID = "deposit_paid", pgettext_lazy("presale", "Deposit paid")
        ENROLLED = "enrolled", pgettext_lazy("presale", "Enrolled")
        HOLDOUT = "holdout", pgettext_lazy("presale", "Control group")
        SCHEDULED = "scheduled", pgettext_lazy("presale", "Reminder planned")
        TOUCHED = "touched", pgettext_lazy("presale", "Reminded")
        RESCHEDULED = "rescheduled", pgettext_lazy("presale", "Rescheduled")
        BALANCE_PAID = "balance_paid", pgettext_lazy("presale", "Balance paid")
        SETTLED = "settled", pgettext_lazy("presale", "Settled")
        REFUNDED = "refunded", pgettext_lazy("presale", "Refunded in full")
        EXPIRED = "expired", pgettext_lazy("presale", "Expired")
        DEPOSIT_REFUNDED = "deposit_refunded", pgettext_lazy("presale", "Deposit refunded")
        CANCELLED = "cancelled", pgettext_lazy("presale", "Cancelled")
        OPTED_OUT = "opted_out", pgettext_lazy("presale", "Opted out")
        SUPPRESSED = "suppressed", pgettext_lazy("presale", "Suppressed")

    run = TenantForeignKey(ProgramRun)
    order = TenantForeignKey(ShopOrder, related_name="presale_enrolments")
    shop = TenantForeignKey(Shop)
    buyer = TenantForeignKey(Buyer, null=True)
    experiment = TenantForeignKey(Experiment, null=True)
    arm = models.CharField(_("arm"), max_length=9, choices=Arm, blank=True, db_default="")
    #: The platform's code of the presale, or the opening of its window: what the cap on touches counts by.
    activity = models.CharField(_("presale activity"), max_length=80, db_default="")
    #: The window the touches are planned for; the order's own may have moved meanwhile. Null until it is announced.
    opens_at = models.DateTimeField(_("balance opens"), null=True)
    closes_at = models.DateTimeField(_("balance closes"), null=True)
    state = models.CharField(_("state"), max_length=16, choices=State)
    reason = models.CharField(_("reason"), max_length=40, db_default="")
    policy_version = models.IntegerField(_("policy version"))
    #: The last step that was planned, dropped or passed over; the next touch is a later one.
    last_step = models.SmallIntegerField(_("last step"), db_default=0)
    next_due_at = models.DateTimeField(_("next reminder"), null=True)
    #: How often the window moved: touches planned for an earlier one are not sent.
    plan_no = models.SmallIntegerField(_("plan"), db_default=0)
    touches = models.SmallIntegerField(_("reminders sent"), db_default=0)
    balance_paid_at = models.DateTimeField(_("balance paid"), null=True)
    enrolled_at = models.DateTimeField(_("enrolled"))
    changed_at = models.DateTimeField(_("changed"))
    #: Nothing can change any more; later runs do not look at it.
    is_final = models.BooleanField(_("final"), db_default=False)

    class Meta:
        verbose_name = _("presale enrolment")
        verbose_name_plural = _("presale enrolments")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order"], name="presale_once_per_order"),
            # Whoever is in the control group is never reminded.
            models.CheckConstraint(condition=~Q(arm="holdout") | Q(next_due_at__isnull=True), name="presale_holdout_untouched"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "next_due_at"], name="presale_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["merchant_id", "id"], name="presale_open", condition=Q(is_final=False)),
            models.Index(fields=["merchant_id", "state", "-id"], name="presale_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class Touch(TenantModel):
    """One step of one enrolment: why it was due when, in which message it went, or why it did not."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("touch", "Waiting to be sent")
        INCLUDED = "included", pgettext_lazy("touch", "Being sent")
        SENT = "sent", pgettext_lazy("touch", "Sent")
        DROPPED = "dropped", pgettext_lazy("touch", "Not sent")

    class Shift(models.TextChoices):
        NONE = "", _("On time")
        DEFERRED = "deferred", _("After the quiet hours")
        FORWARD = "forward", _("Before the quiet hours")

    enrolment = TenantForeignKey(Enrolment, related_name="touch_set")
    run = TenantForeignKey(ProgramRun)
    buyer = TenantForeignKey(Buyer)
    activity = models.CharField(_("presale activity"), max_length=80, db_default="")
    step = models.SmallIntegerField(_("step"))
    plan_no = models.SmallIntegerField(_("plan"), db_default=0)
    channel = models.CharField(_("channel"), max_length=10, db_default="")
    #: When the policy wants it, before and after the quiet hours were looked at.
    nominal_at = models.DateTimeField(_("planned"))
    due_at = models.DateTimeField(_("due"))
    shift = models.CharField(_("moved"), max_length=8, choices=Shift, db_default="")
    opens_at = models.DateTimeField(_("balance opens"))
    closes_at = models.DateTimeField(_("balance closes"))
    policy_version = models.IntegerField(_("policy version"))
    #: The outbox message's effect key; several orders of one buyer share a message.
    message_key = models.CharField(_("message"), max_length=80, db_default="")
    state = models.CharField(_("state"), max_length=8, choices=State, db_default="queued")
    reason = models.CharField(_("reason"), max_length=40, db_default="")
    sent_at = models.DateTimeField(_("sent"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("presale touch")
        verbose_name_plural = _("presale touches")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "enrolment", "step", "plan_no"], name="touch_once_per_step")
        ]
        indexes = [
            models.Index(fields=["merchant_id", "message_key"], name="presale_touch_message", condition=~Q(message_key="")),
            models.Index(fields=["merchant_id", "buyer"], name="presale_touch_buyer"),
            models.Index(fields=["merchant_id", "id"], name="presale_touch_open", condition=Q(state__in=["queued", "included"])),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}/t{self.step}"
