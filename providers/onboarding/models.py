"""A company's way into the market: its application, its categories, its documents, its deposit, and its way out."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import ProviderModel, TenantForeignKey
from providers.onboarding.states import ApplicationState, ExitState, ExportState, QualificationState, TransferState


class TrialRule(models.Model):
    """How many orders a new provider takes before its deposit is due, and the largest of them (fen). One row, edited by staff."""

    MOST = 3

    orders = models.SmallIntegerField(_("orders before the deposit is due"), default=MOST)
    order_cap = models.BigIntegerField(_("largest trial order (fen)"), default=2_000_000)

    class Meta:
        verbose_name = _("rule of trial operation")
        verbose_name_plural = _("trial operation")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="one_trial_rule"),
            models.CheckConstraint(condition=Q(orders__gte=0, orders__lte=3), name="trial_rule_orders"),
            models.CheckConstraint(condition=Q(order_cap__gt=0), name="trial_rule_cap"),
        ]

    def __str__(self) -> str:
        return str(_("Trial operation"))


class Application(ProviderModel):
    """One per provider. `verified_facts` is what the last approval confirmed; the columns are what is being edited."""

    state = models.CharField(_("state"), max_length=20, choices=ApplicationState, default=ApplicationState.DRAFT)
    company_name = models.CharField(_("company name"), max_length=120, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    registered_address = models.CharField(_("registered address"), max_length=200, blank=True)
    #: None with `licence_is_permanent`: the licence has no end (长期).
    licence_until = models.DateField(_("licence valid until"), null=True)
    licence_is_permanent = models.BooleanField(_("licence without end"), default=False)
    legal_person = models.CharField(_("legal person"), max_length=80, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bank_holder = models.CharField(_("account holder"), max_length=120, blank=True)
    #: Sealed; only the last four digits are shown.
    bank_account = models.BinaryField(null=True)
    bank_last4 = models.CharField(_("last four digits"), max_length=4, blank=True)
    review_id = models.BigIntegerField(null=True)
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.CharField(_("note of the reviewer"), max_length=2_000, blank=True)
    verified_facts = models.JSONField(default=dict)
    verified_at = models.DateTimeField(_("verified"), null=True)
    verified_until = models.DateField(_("verified until"), null=True)
    warned_for = models.DateField(null=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    created_at = models.DateTimeField(_("begun"), db_default=Now())
    updated_at = models.DateTimeField(_("changed"), db_default=Now())

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="one_application"),
            models.CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["verified", "renewing", "expired", "suspended"]) | Q(verified_at__isnull=False),
                name="application_verified_once",
            ),
        ]

    def __str__(self) -> str:
        return self.company_name or f"#{self.provider_id}"


class Qualification(ProviderModel):
    """A company's permission for one category, named by the category's slug."""

    category = models.SlugField(_("category"), max_length=60, db_index=False)
    state = models.CharField(_("state"), max_length=20, choices=QualificationState, default=QualificationState.DRAFT)
    review_id = models.BigIntegerField(null=True)
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.CharField(_("note of the reviewer"), max_length=2_000, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    #: The earliest end of its documents, as approved; None: no document ends.
    approved_until = models.DateField(_("approved until"), null=True)
    warned_for = models.DateField(null=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    created_at = models.DateTimeField(_("begun"), db_default=Now())

    class Meta:
        verbose_name = _("category qualification")
        verbose_name_plural = _("category qualifications")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "category"], name="one_qualification_per_category"),
            models.CheckConstraint(condition=Q(state__in=QualificationState.values), name="qualification_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "renewing", "expired"]) | Q(approved_at__isnull=False),
                name="qualification_approved_once",
            ),
        ]

    def __str__(self) -> str:
        return self.category


class Document(ProviderModel):
    """A paper handed in. Its bytes are in `DocumentChunk`, sealed; nothing here opens them.

    `kind` is a code: `licence`, `legal_person_id`, `bank_proof`, a category's document, or `export`. A replaced document stays,
    because a decision was based on it; a removed one loses its bytes.
    """

    class State(models.TextChoices):
        CURRENT = "current", _("Current")
        REPLACED = "replaced", _("Replaced")
        REMOVED = "removed", _("Removed")

    qualification = TenantForeignKey(Qualification, null=True, verbose_name=_("category qualification"))
    uid = models.UUIDField()
    kind = models.CharField(_("kind"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CURRENT)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=40)
    size = models.IntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    expires_on = models.DateField(_("valid until"), null=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "uid"], name="document_by_uid"),
            # One current paper of a kind, for the company and for each category.
            models.UniqueConstraint(
                fields=["provider_id", "kind"],
                condition=Q(state="current", qualification__isnull=True),
                name="one_current_company_document",
            ),
            models.UniqueConstraint(
                fields=["provider_id", "qualification", "kind"],
                condition=Q(state="current", qualification__isnull=False),
                name="one_current_category_document",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="document_not_empty"),
            models.CheckConstraint(condition=Q(state__in=["current", "replaced", "removed"]), name="document_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class DocumentChunk(ProviderModel):
    """A sealed piece of a document. Its number, whether it is the last, and its document are part of the seal."""

    document = TenantForeignKey(Document)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_id", "document", "number"], name="one_chunk_per_number")]

    def __str__(self) -> str:
        return f"{self.document_id}/{self.number}"


class DepositTransfer(ProviderModel):
    """Money on its way into the deposit: announced by the provider, confirmed by staff with the bank's reference.

    Amounts are minor units. `confirmed_amount` is what arrived, and what the ledger says.
    """

    state = models.CharField(_("state"), max_length=12, choices=TransferState, default=TransferState.ANNOUNCED)
    amount = models.BigIntegerField(_("announced"))
    currency = models.CharField(_("currency"), max_length=3)
    payer = models.CharField(_("payer"), max_length=120)
    sent_on = models.DateField(_("sent on"))
    confirmed_amount = models.BigIntegerField(_("arrived"), null=True)
    bank_reference = models.CharField(_("bank's reference"), max_length=64, null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("announced on"), db_default=Now())
    created_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("deposit transfer")
        verbose_name_plural = _("deposit transfers")
        constraints = [
            # Over all providers: one bank transfer is the deposit of one company. Only staff enters references.
            models.UniqueConstraint(fields=["bank_reference"], name="bank_reference_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_transfer_positive"),
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="deposit_transfer_state_known"),
            models.CheckConstraint(
                condition=Q(state="confirmed", bank_reference__isnull=False, confirmed_amount__gt=0)
                | (~Q(state="confirmed") & Q(bank_reference__isnull=True, confirmed_amount__isnull=True)),
                name="deposit_transfer_confirmed_by_reference",
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "-id"], name="deposit_transfers_newest")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Deduction(ProviderModel):
    """Part of a deposit kept by a ruling; to be topped up until `top_up_by`."""

    ruling_id = models.BigIntegerField(_("ruling"))
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=500)
    top_up_by = models.DateTimeField(_("to be topped up by"))
    created_at = models.DateTimeField(_("deducted"))
    created_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("deduction")
        verbose_name_plural = _("deductions")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "ruling_id"], name="one_deduction_per_ruling"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deduction_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Exit(ProviderModel):
    """A company's way out. `refund_amount` and its bank reference are filled when the deposit was paid back."""

    state = models.CharField(_("state"), max_length=12, choices=ExitState, default=ExitState.REQUESTED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    requested_at = models.DateTimeField(_("asked"))
    requested_by = models.CharField(max_length=80)
    left_at = models.DateTimeField(_("left"), null=True)
    refund_due_on = models.DateField(_("deposit due"), null=True)
    refund_amount = models.BigIntegerField(_("paid back"), null=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    bank_reference = models.CharField(_("bank's reference"), max_length=64, blank=True)
    refunded_at = models.DateTimeField(_("paid back on"), null=True)

    class Meta:
        verbose_name = _("exit")
        verbose_name_plural = _("exits")
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], condition=~Q(state="withdrawn"), name="one_exit"),
            models.CheckConstraint(condition=Q(state__in=ExitState.values), name="exit_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn"]) | Q(left_at__isnull=False, refund_due_on__isnull=False),
                name="exit_left_at",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.provider_id}"


class Export(ProviderModel):
    """A zip of the provider's own data, made by a worker; the file itself is a sealed document."""

    state = models.CharField(_("state"), max_length=10, choices=ExportState, default=ExportState.QUEUED)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    document = TenantForeignKey(Document, null=True)
    created_at = models.DateTimeField(_("asked"))
    created_by = models.CharField(max_length=80)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("data export")
        verbose_name_plural = _("data exports")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="export_state_known"),
            models.UniqueConstraint(
                fields=["provider_id"], condition=Q(state__in=["queued", "running"]), name="one_export_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
