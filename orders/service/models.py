"""Service orders: the contract between a merchant and a provider, its milestones and what is delivered for them.

Amounts are minor units of the order's currency. Every table belongs to both parties (`SharedModel`).
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey
from orders.service.states import MilestoneState, OrderState
from orders.service.terms import Side, Terms, from_json

NOW = Now()


class PartySide(models.TextChoices):
    MERCHANT = "merchant", _("Merchant")
    PROVIDER = "provider", _("Service provider")


class NextActor(models.TextChoices):
    MERCHANT = "merchant", _("Merchant")
    PROVIDER = "provider", _("Service provider")
    MARKET = "market", _("The market")
    NOBODY = "nobody", _("Nobody")


class ServiceOrder(SharedModel):
    """A contract and the work under it.

    `merchant_name` and `provider_name` are the parties as they were called when the contract was drawn up. `next_*` say who acts
    next and until when; they are written by `operations.common.settled` and nowhere else.
    """

    number = models.CharField(_("number"), max_length=24, blank=True, db_default="")
    title = models.CharField(_("title"), max_length=140)
    category = models.CharField(_("category"), max_length=60)
    model = models.CharField(_("price model"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    total_minor = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=12, choices=OrderState, db_default=OrderState.DRAFTED)
    merchant_name = models.CharField(_("merchant"), max_length=120)
    provider_name = models.CharField(_("service provider"), max_length=120)
    #: Where it came from: ("listing", id), ("proposal", id), ("order", id) for a renewal.
    source_kind = models.CharField(max_length=20)
    source_id = models.BigIntegerField(null=True)
    #: The listing and the version bought, where there was one.
    listing_id = models.BigIntegerField(null=True)
    listing_version_id = models.BigIntegerField(null=True)
    #: The deal of `orders.escrow`; from the signing on.
    deal_id = models.BigIntegerField(null=True)
    #: Number of the version both have accepted last, and of the one offered now; 0 for none.
    signed_version = models.IntegerField(db_default=0)
    offered_version = models.IntegerField(db_default=0)
    next_actor = models.CharField(_("acts next"), max_length=10, choices=NextActor, db_default=NextActor.NOBODY)
    #: What is to be done, a key of `queries.next_step`.
    next_act = models.CharField(max_length=24, blank=True, db_default="")
    next_due_at = models.DateTimeField(_("due"), null=True)
    trial_ends_at = models.DateTimeField(_("trial ends"), null=True)
    #: When the merchant decided to go on after the trial.
    trial_continued_at = models.DateTimeField(null=True)
    notice_by = models.CharField(_("notice given by"), max_length=10, choices=PartySide, blank=True, db_default="")
    notice_at = models.DateTimeField(_("notice given"), null=True)
    #: Standing services: the end that is agreed or follows from a notice.
    ends_at = models.DateTimeField(_("ends"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    signed_at = models.DateTimeField(_("signed"), null=True)
    started_at = models.DateTimeField(_("begun"), null=True)
    paused_at = models.DateTimeField(_("paused"), null=True)
    paused_by = models.CharField(max_length=10, choices=PartySide, blank=True, db_default="")
    closed_at = models.DateTimeField(_("ended"), null=True)
    #: Why it was cancelled or terminated, in words.
    end_reason = models.CharField(_("reason"), max_length=500, blank=True, db_default="")
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="service_order_state"),
            models.CheckConstraint(condition=Q(next_actor__in=NextActor.values), name="service_order_next_actor"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="service_order_currency"),
            models.CheckConstraint(condition=Q(total_minor__gt=0), name="service_order_total"),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "cancelled"])
                | Q(signed_at__isnull=False, deal_id__isnull=False, signed_version__gt=0),
                name="service_order_signed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "signed", "cancelled"]) | Q(started_at__isnull=False),
                name="service_order_started",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["completed", "terminated", "cancelled"], closed_at__isnull=False)
                | (~Q(state__in=["completed", "terminated", "cancelled"]) & Q(closed_at__isnull=True)),
                name="service_order_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False) | (~Q(state="paused") & Q(paused_at__isnull=True)),
                name="service_order_paused",
            ),
            models.CheckConstraint(
                condition=Q(notice_by="", notice_at__isnull=True) | Q(notice_at__isnull=False, ends_at__isnull=False),
                name="service_order_notice",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "state", "-id"], name="service_order_merchants"),
            models.Index(fields=["provider_id", "state", "-id"], name="service_order_providers"),
            models.Index(fields=["merchant_id", "next_actor", "next_due_at"], name="service_order_m_waits"),
            models.Index(fields=["provider_id", "next_actor", "next_due_at"], name="service_order_p_waits"),
            models.Index(fields=["provider_id", "-id"], name="service_order_p_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def side_of(self, organization_id: int) -> Side:
        """Which party an organization is. Only for organizations that are one."""
        return "merchant" if organization_id == self.merchant_id else "provider"

    def party(self, side: str) -> int:
        """The organization on a side."""
        return self.merchant_id if side == "merchant" else self.provider_id

    @property
    def is_ended(self) -> bool:
        return self.closed_at is not None


class ContractVersion(SharedModel):
    """One wording of the contract. Terms and hash never change; each side accepts the hash it has read."""

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    number = models.IntegerField(_("version"))
    #: `terms.to_json`.
    terms = models.JSONField(_("terms"))
    #: Wording the terms stand in: `<template>/<version>`.
    template = models.CharField(_("template"), max_length=60)
    hash = models.CharField(_("hash"), max_length=64)
    proposed_by = models.CharField(_("proposed by"), max_length=10, choices=PartySide)
    note = models.CharField(_("note"), max_length=1000, blank=True, db_default="")
    created_at = models.DateTimeField(_("proposed"))
    created_by = models.CharField(max_length=80)
    merchant_accepted_at = models.DateTimeField(_("accepted by the merchant"), null=True)
    merchant_accepted_by = models.CharField(max_length=80, blank=True, db_default="")
    provider_accepted_at = models.DateTimeField(_("accepted by the provider"), null=True)
    provider_accepted_by = models.CharField(max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("version of a contract")
        verbose_name_plural = _("versions of contracts")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "number"], name="one_contract_version"),
            models.CheckConstraint(condition=Q(proposed_by__in=PartySide.values), name="contract_version_side"),
            models.CheckConstraint(condition=Q(hash__regex="^[0-9a-f]{64}$"), name="contract_version_hash"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def agreed(self) -> Terms:
        return from_json(self.terms)

    @property
    def is_signed(self) -> bool:
        return self.merchant_accepted_at is not None and self.provider_accepted_at is not None

    def accepted_at(self, side: str) -> Any:
        return getattr(self, f"{side}_accepted_at")


class Milestone(SharedModel):
    """A piece of work, or a period of a standing service, that is funded, delivered and accepted on its own."""

    class Kind(models.TextChoices):
        STAGE = "stage", pgettext_lazy("milestone", "Milestone")
        PERIOD = "period", pgettext_lazy("milestone", "Period")
        #: A share of sales, a measured outcome: its amount follows from figures.
        VARIABLE = "variable", pgettext_lazy("milestone", "Variable fee")

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    position = models.IntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, db_default=Kind.STAGE)
    name = models.CharField(_("name"), max_length=80)
    deliverable = models.CharField(_("deliverable"), max_length=600, blank=True, db_default="")
    amount = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=20, choices=MilestoneState, db_default=MilestoneState.PLANNED)
    #: What a disputed milestone was before.
    frozen_from = models.CharField(max_length=20, choices=MilestoneState, blank=True, db_default="")
    due_at = models.DateTimeField(_("due"), null=True)
    funded_at = models.DateTimeField(_("funded"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    auto_accept_at = models.DateTimeField(_("accepted by itself"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    revisions_used = models.IntegerField(_("rounds of changes"), db_default=0)
    #: Whether the time to look was extended, which is possible once.
    is_extended = models.BooleanField(_("time to look extended"), db_default=False)
    is_late = models.BooleanField(_("late"), db_default=False)
    #: What went where when it was closed; they sum to what was held.
    to_provider = models.BigIntegerField(_("to the provider"), null=True)
    to_merchant = models.BigIntegerField(_("to the merchant"), null=True)
    #: First and last day of a period.
    period_from = models.DateField(_("from"), null=True)
    period_until = models.DateField(_("until"), null=True)
    #: Where the amount comes from: sales counted, units confirmed, `{"outcome": 3}` …
    basis = models.JSONField(_("basis"), db_default={}, default=dict)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "position"], name="one_milestone_per_position"),
            models.CheckConstraint(condition=Q(state__in=MilestoneState.values), name="milestone_state"),
            models.CheckConstraint(condition=Q(kind__in=["stage", "period", "variable"]), name="milestone_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="milestone_amount"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | Q(funded_at__isnull=False), name="milestone_funded"
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(delivered_at__isnull=False, auto_accept_at__isnull=False),
                name="milestone_delivered",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refunded", "split"])
                | Q(closed_at__isnull=False, to_provider__gte=0, to_merchant__gte=0),
                name="milestone_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="disputed", frozen_from__in=["funded", "delivered", "changes_requested", "accepted"])
                | (~Q(state="disputed") & Q(frozen_from="")),
                name="milestone_frozen_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"

    @property
    def hold_key(self) -> str:
        """What its money is held under in escrow."""
        return f"milestone:{self.pk}"

    @property
    def to_pay(self) -> int:
        """What has still to be set aside for it: its price, less what an earlier period left over for it."""
        return max(0, self.amount - int(self.basis.get("rolled", 0)))

    @property
    def is_measured(self) -> bool:
        """Whether figures decide what it pays, so that nothing is delivered for it."""
        return "measured" in self.basis

    @property
    def measured_until(self) -> datetime | None:
        """When its figures are computed; None where nothing is measured (any more)."""
        until = self.basis.get("measured")
        return datetime.fromisoformat(until) if until else None


class Delivery(SharedModel):
    """Something handed in for a milestone; each redelivery is a new version."""

    milestone = TenantForeignKey(Milestone, verbose_name=_("milestone"))
    number = models.IntegerField(_("version"))
    note = models.TextField(_("note"), max_length=4000, blank=True, db_default="")
    #: Counted services: what was done, to be confirmed by accepting.
    quantity = models.IntegerField(_("quantity"), null=True)
    created_at = models.DateTimeField(_("delivered"))
    created_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "milestone", "number"], name="one_delivery_per_number"),
            models.CheckConstraint(condition=Q(quantity__isnull=True) | Q(quantity__gte=0), name="delivery_quantity"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class DeliveryFile(SharedModel):
    """A file of a delivery; its bytes are sealed in pieces."""

    delivery = TenantForeignKey(Delivery, verbose_name=_("delivery"))
    uid = models.UUIDField()
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.IntegerField(_("size in bytes"))
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("file of a delivery")
        verbose_name_plural = _("files of deliveries")
        indexes = [models.Index(fields=["merchant_id", "delivery"], name="delivery_files")]

    def __str__(self) -> str:
        return self.name


class DeliveryChunk(SharedModel):
    """A sealed piece of a file."""

    file = TenantForeignKey(DeliveryFile)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "file", "number"], name="one_delivery_chunk")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


class DeliveryComment(SharedModel):
    """What somebody says about one version of a delivery."""

    delivery = TenantForeignKey(Delivery, verbose_name=_("delivery"))
    side = models.CharField(_("side"), max_length=10, choices=PartySide)
    text = models.CharField(_("text"), max_length=2000)
    created_at = models.DateTimeField(_("written"))
    created_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("comment on a delivery")
        verbose_name_plural = _("comments on deliveries")
        constraints = [models.CheckConstraint(condition=Q(side__in=PartySide.values), name="delivery_comment_side")]
        indexes = [models.Index(fields=["merchant_id", "delivery"], name="delivery_comments")]

    def __str__(self) -> str:
        return self.text[:40]


class ChangeRequest(SharedModel):
    """A round of changes the merchant asks for."""

    milestone = TenantForeignKey(Milestone, verbose_name=_("milestone"))
    delivery = TenantForeignKey(Delivery, verbose_name=_("delivery"))
    number = models.IntegerField(_("round"))
    text = models.TextField(_("what to change"), max_length=4000)
    created_at = models.DateTimeField(_("asked"))
    created_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "milestone", "number"], name="one_change_request")]

    def __str__(self) -> str:
        return f"#{self.number}"


class SplitProposal(SharedModel):
    """An offer to close a milestone with part of the money for each side; one is open at a time."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("split", "Open")
        AGREED = "agreed", pgettext_lazy("split", "Agreed")
        DECLINED = "declined", pgettext_lazy("split", "Declined")
        #: Taken back, replaced, or overtaken by what happened to the milestone.
        DROPPED = "dropped", pgettext_lazy("split", "Dropped")

    milestone = TenantForeignKey(Milestone, verbose_name=_("milestone"))
    proposed_by = models.CharField(_("proposed by"), max_length=10, choices=PartySide)
    to_provider = models.BigIntegerField(_("to the provider"))
    to_merchant = models.BigIntegerField(_("to the merchant"))
    note = models.CharField(_("note"), max_length=1000, blank=True, db_default="")
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.OPEN)
    created_at = models.DateTimeField(_("proposed"))
    created_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("split")
        verbose_name_plural = _("splits")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "milestone"], condition=Q(state="open"), name="one_open_split"),
            models.CheckConstraint(condition=Q(state__in=["open", "agreed", "declined", "dropped"]), name="split_state"),
            models.CheckConstraint(condition=Q(proposed_by__in=PartySide.values), name="split_side"),
            models.CheckConstraint(condition=Q(to_provider__gte=0, to_merchant__gte=0), name="split_amounts"),
        ]

    def __str__(self) -> str:
        return f"{self.to_provider} / {self.to_merchant}"


class HandoverItem(SharedModel):
    """A line of the handover checklist (F12): done by its side, confirmed by the other."""

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    position = models.IntegerField(_("position"))
    text = models.CharField(_("what"), max_length=300)
    side = models.CharField(_("side"), max_length=10, choices=PartySide)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.CharField(max_length=80, blank=True, db_default="")
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    confirmed_by = models.CharField(max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "position"], name="one_handover_per_position"),
            models.CheckConstraint(condition=Q(side__in=PartySide.values), name="handover_side"),
            models.CheckConstraint(condition=Q(confirmed_at__isnull=True) | Q(done_at__isnull=False), name="handover_confirmed"),
        ]

    def __str__(self) -> str:
        return self.text


class Timer(SharedModel):
    """Something time will do to an order. A timer that is done or dropped stays as history."""

    class Kind(models.TextChoices):
        UNSIGNED = "unsigned", pgettext_lazy("timer", "Draft expires")
        UNFUNDED = "unfunded", pgettext_lazy("timer", "Funding overdue")
        REMIND_3 = "remind_3", pgettext_lazy("timer", "Reminder, 3 days left")
        REMIND_1 = "remind_1", pgettext_lazy("timer", "Reminder, 1 day left")
        AUTO_ACCEPT = "auto_accept", pgettext_lazy("timer", "Accepted by itself")
        LATE = "late", pgettext_lazy("timer", "Late")
        TRIAL = "trial", pgettext_lazy("timer", "Trial ends")
        TRIAL_REMIND = "trial_remind", pgettext_lazy("timer", "Trial ends soon")
        PERIOD = "period", pgettext_lazy("timer", "Next period")
        SHARE = "share", pgettext_lazy("timer", "Share of sales")
        END = "end", pgettext_lazy("timer", "Contract ends")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("timer", "Waiting")
        DONE = "done", pgettext_lazy("timer", "Done")
        DROPPED = "dropped", pgettext_lazy("timer", "Dropped")
        #: Tried too often; staff look at it.
        FAILED = "failed", pgettext_lazy("timer", "Failed")

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    milestone = TenantForeignKey(Milestone, null=True, verbose_name=_("milestone"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.WAITING)
    attempts = models.IntegerField(_("attempts"), db_default=0)
    #: When it was tried last and failed.
    tried_at = models.DateTimeField(_("last tried"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "order", "milestone", "kind"], condition=Q(state="waiting"), nulls_distinct=False,
                name="one_waiting_timer",
            ),
            models.CheckConstraint(condition=Q(state__in=["waiting", "done", "dropped", "failed"]), name="timer_state"),
        ]  # fmt: skip
        indexes = [
            # The sweep's, over all tenants: as the system role.
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="timers_due"),
            # An order's, and staff's inbox.
            models.Index(fields=["merchant_id", "order"], condition=Q(state="failed"), name="timers_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%Y-%m-%d %H:%M}"
