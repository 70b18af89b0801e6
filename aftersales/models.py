"""Programs: policies, runs, claims and payouts."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from merchants.models import Shop
from orders.store.models import OrderTender, ShopOrder, ShopOrderLine

NOW = Now()


class ProgramPolicy(TenantModel):
    """One version of a program's policy. Versions are never edited; a new one ends the one before."""

    program = models.CharField(_("program"), max_length=40)
    version = models.IntegerField(_("version"))
    settings = models.JSONField(_("settings"))
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True)
    is_automatic = models.BooleanField(_("runs by itself"), default=False)
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=NOW)

    class Meta:
        verbose_name = _("program policy")
        verbose_name_plural = _("program policies")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "program", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.program} v{self.version}"


class ProgramRun(TenantModel):
    """One pass of a program over a merchant's orders, as of a moment."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    program = models.CharField(_("program"), max_length=40)
    policy = TenantForeignKey(ProgramPolicy, null=True)
    settings = models.JSONField(_("settings"))
    shop = TenantForeignKey(Shop, null=True)
    #: Set when a buyer or agent asked about one order; the same rules, narrowed to it.
    order = TenantForeignKey(ShopOrder, null=True)
    as_of = models.DateTimeField(_("as of"))
    dry_run = models.BooleanField(_("preview"), default=False)
    #: The shop-local day an automatic run is for; two beats ask for the same day and one wins.
    slot = models.CharField(_("slot"), max_length=20, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)
    created_by = models.CharField(_("by"), max_length=80)
    started_at = models.DateTimeField(_("started"), db_default=NOW)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("program run")
        verbose_name_plural = _("program runs")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "program", "slot"], name="run_once_per_slot", condition=~models.Q(slot="")
            )
        ]
        indexes = [models.Index(fields=["merchant_id", "program", "-id"], name="run_recent")]

    def __str__(self) -> str:
        return f"{self.program} {self.as_of:%Y-%m-%d}"


class Claim(TenantModel):
    """A decision of price protection about one order line: what is owed, why, and from which inputs."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        HELD = "held", _("Held for a person")
        REFUSED = "refused", _("Refused")

    program = models.CharField(_("program"), max_length=40)
    run = TenantForeignKey(ProgramRun)
    order = TenantForeignKey(ShopOrder)
    line = TenantForeignKey(ShopOrderLine, related_name="claims")
    sequence = models.IntegerField(_("claim number"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.CharField(_("reason"), max_length=40)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    units = models.IntegerField(_("units kept"))
    policy_version = models.IntegerField(_("policy version"))
    inputs = models.JSONField(_("inputs"))
    created_at = models.DateTimeField(_("created"), db_default=NOW)

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "program", "line", "sequence"], name="claim_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="claim_amount"),
        ]
        indexes = [models.Index(fields=["merchant_id", "order"], name="claim_by_order")]

    def __str__(self) -> str:
        return f"{self.program} {self.line_id}#{self.sequence}"


class Payout(TenantModel):
    """The money of one claim on its way to the buyer. `request_id` never changes while it is retried."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        SUBMITTED = "submitted", _("Submitted")
        PAID = "paid", _("Paid")
        RETRY = "retry", _("Will be retried")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Outcome unknown")

    claim = TenantForeignKey(Claim, related_name="payouts")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RESERVED)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    #: Where it goes: a means of payment of the order, `voucher`, or empty for however the order was paid.
    tender = TenantForeignKey(OrderTender, null=True)
    method = models.CharField(_("method"), max_length=20, blank=True, default="", db_default="")
    method_ref = models.CharField(_("payment number"), max_length=80, blank=True, default="", db_default="")
    request_id = models.CharField(_("request number"), max_length=60)
    gateway_ref = models.CharField(_("gateway reference"), max_length=80, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    attempts = models.IntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    settled_at = models.DateTimeField(_("settled"), null=True)
    #: Paid, and the buyer is still to be told.
    notice_due = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "request_id"], name="payout_request_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payout_positive"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "id"], name="payout_open", condition=~models.Q(state__in=["paid", "failed"])),
            models.Index(fields=["merchant_id", "id"], name="payout_to_tell", condition=models.Q(notice_due=True)),
            models.Index(fields=["merchant_id", "claim"], name="payout_by_claim"),
            models.Index(fields=["merchant_id", "tender"], name="payout_by_tender", condition=models.Q(tender__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.request_id


class SandboxPayment(TenantModel):
    """What the sandbox gateway has paid: its own memory, as a payment company would have."""

    request_id = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=20, default="", db_default="")
    paid_at = models.DateTimeField(db_default=NOW)

    class Meta:
        verbose_name = _("sandbox payment")
        verbose_name_plural = _("sandbox payments")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "request_id"], name="sandbox_pays_once")]

    def __str__(self) -> str:
        return self.request_id
