"""Where a provider's money goes, and the weekly batches that take it there. The money itself is in the ledger."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel, TenantForeignKey
from orders.payouts.states import AccountState, BatchState, PayoutState


class PayoutAccount(ProviderModel):
    """A bank account, as it was entered: never changed, only replaced by a newer one. The number is sealed."""

    state = models.CharField(_("state"), max_length=10, choices=AccountState, default=AccountState.PROPOSED)
    holder = models.CharField(_("account holder"), max_length=120)
    bank = models.CharField(_("bank and branch"), max_length=120)
    number = models.BinaryField()
    last4 = models.CharField(_("last four digits"), max_length=4)
    proposed_by = models.CharField(_("entered by"), max_length=80)
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField(_("entered"))
    confirmed_by = models.CharField(_("confirmed by"), max_length=80, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    #: From here on money goes to it.
    usable_from = models.DateTimeField(_("used from"), null=True)
    ended_at = models.DateTimeField(_("cancelled or refused"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("payout account")
        verbose_name_plural = _("payout accounts")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AccountState.values), name="payout_account_state_known"),
            models.UniqueConstraint(fields=["provider_id"], condition=Q(state="proposed"), name="one_proposed_account"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "returned"]) | Q(confirmed_at__isnull=False, usable_from__isnull=False),
                name="payout_account_confirmed_at",
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "-usable_from"], name="payout_account_usable")]

    def __str__(self) -> str:
        return f"{self.bank} …{self.last4}"

    def is_cooling(self, at: datetime) -> bool:
        """Confirmed, and not used yet."""
        return self.state == AccountState.CONFIRMED and self.usable_from is not None and self.usable_from > at


class PayoutBatch(models.Model):
    """The payouts of one week in one currency. Of the market, not of a tenant: it has neither names nor amounts."""

    period = models.DateField(_("week beginning"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=BatchState, default=BatchState.DRAFT)
    drafted_by = models.CharField(_("drawn up by"), max_length=80)
    drafted_by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(_("drawn up"))
    approved_by = models.CharField(_("approved by"), max_length=80, blank=True)
    approved_by_id = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    exported_by = models.CharField(_("taken to the bank by"), max_length=80, blank=True)
    exported_at = models.DateTimeField(_("taken to the bank"), null=True)
    #: Of the bank's file, so that a second download can be told to be the same.
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="payout_batch_state_known"),
            models.UniqueConstraint(fields=["period", "currency"], condition=~Q(state="cancelled"), name="one_batch_per_week"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(approved_at__isnull=False), name="payout_batch_approved"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["exported", "closed"]) | ~Q(file_sha256=""), name="payout_batch_exported"
            ),
            models.CheckConstraint(
                condition=Q(drafted_by_id__isnull=True)
                | Q(approved_by_id__isnull=True)
                | ~Q(drafted_by_id=models.F("approved_by_id")),
                name="payout_batch_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"PB{self.pk:06d}" if self.pk else "PB"

    @property
    def number(self) -> str:
        return str(self)


class BatchProof(models.Model):
    """The bank's confirmation of a batch, sealed; for staff alone."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, verbose_name=_("payout batch"), related_name="proofs")
    name = models.CharField(_("file name"), max_length=120)
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    uploaded_by = models.CharField(_("uploaded by"), max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("proof of a batch")
        verbose_name_plural = _("proofs of batches")
        constraints = [models.UniqueConstraint(fields=["batch", "sha256"], name="batch_proof_once")]

    def __str__(self) -> str:
        return self.name


class Payout(ProviderModel):
    """One provider's money of a week on its way to its account. `amount` left the earnings when it was drafted."""

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, verbose_name=_("payout batch"), related_name="+")
    account = TenantForeignKey(PayoutAccount, verbose_name=_("payout account"))
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=PayoutState, default=PayoutState.DRAFTED)
    bank_reference = models.CharField(_("bank's reference"), max_length=64, null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("drawn up"), db_default=Now())
    #: When the bank gave it back although it had said that it had paid.
    bounced_at = models.DateTimeField(_("given back"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.CharField(_("settled by"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PayoutState.values), name="provider_payout_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="provider_payout_positive"),
            models.UniqueConstraint(fields=["provider_id", "batch"], name="one_payout_per_batch"),
            # Over all providers: one movement at the bank pays one company. Only staff enter references.
            models.UniqueConstraint(fields=["bank_reference"], name="payout_reference_once"),
            models.CheckConstraint(
                condition=Q(state="paid", bank_reference__isnull=False, paid_on__isnull=False, bounced_at__isnull=True)
                | Q(state="failed", bank_reference__isnull=False, paid_on__isnull=False, bounced_at__isnull=False)
                | (~Q(state="paid") & Q(bank_reference__isnull=True, bounced_at__isnull=True)),
                name="provider_payout_paid_by_reference",
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "-id"], name="payouts_newest")]

    def __str__(self) -> str:
        return f"PO{self.pk:06d}" if self.pk else "PO"

    @property
    def number(self) -> str:
        return str(self)


class PayoutProof(ProviderModel):
    """The bank's slip of one payout, sealed under its provider, who may download it."""

    payout = TenantForeignKey(Payout, related_name="proofs", verbose_name=_("payout"))
    name = models.CharField(_("file name"), max_length=120)
    size = models.IntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField()
    uploaded_by = models.CharField(_("uploaded by"), max_length=80)
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("proof of a payout")
        verbose_name_plural = _("proofs of payouts")
        constraints = [models.UniqueConstraint(fields=["provider_id", "payout", "sha256"], name="payout_proof_once")]

    def __str__(self) -> str:
        return self.name


class Statement(ProviderModel):
    """A month of a provider's money with the market, as the ledger has it. Signed minor units: what came in is positive.

    What the market owes (waiting, available and on its way together) is `opening` before the month and `closing` after it.
    """

    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3)
    opening = models.BigIntegerField(_("opening balance"))
    released = models.BigIntegerField(_("released for work"))
    fees = models.BigIntegerField(_("fees"))
    fees_back = models.BigIntegerField(_("fees given back"))
    taken_back = models.BigIntegerField(_("taken back"))
    paid_out = models.BigIntegerField(_("paid out"))
    other = models.BigIntegerField(_("other"))
    closing = models.BigIntegerField(_("closing balance"))
    line_count = models.IntegerField(_("lines"))
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "month", "currency"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(
                    closing=models.F("opening")
                    + models.F("released")
                    + models.F("fees")
                    + models.F("fees_back")
                    + models.F("taken_back")
                    + models.F("paid_out")
                    + models.F("other")
                ),
                name="statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"ST{self.month:%Y%m}-{self.currency}-{self.pk:06d}" if self.pk else "ST"

    @property
    def number(self) -> str:
        return str(self)


class DebtHold(ProviderModel):
    """A debt that lasted too long: the listings are hidden, not deleted, until it is below the limit again (G7)."""

    currency = models.CharField(_("currency"), max_length=3)
    #: What was owed when the listings were hidden, minor units.
    amount = models.BigIntegerField(_("owed"))
    since = models.DateTimeField(_("owed since"))
    hidden_at = models.DateTimeField(_("hidden"))
    lifted_at = models.DateTimeField(_("shown again"), null=True)

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="debt_positive"),
            models.UniqueConstraint(
                fields=["provider_id", "currency"], condition=Q(lifted_at__isnull=True), name="one_open_debt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class BookCase(models.Model):
    """Something that the ledger and the records of payments or payouts say differently; staff's own."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "Open")
        EXPLAINED = "explained", _("Explained")
        RESOLVED = "resolved", _("Resolved")

    #: The transfer's key as it is or should be in the ledger, with the organization before it.
    key = models.CharField(_("transfer"), max_length=160, unique=True)
    organization_id = models.BigIntegerField(_("organization"))
    currency = models.CharField(_("currency"), max_length=3)
    #: None: there is none. Minor units.
    ledger_amount = models.BigIntegerField(_("in the ledger"), null=True)
    record_amount = models.BigIntegerField(_("in the records"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found"))
    seen_at = models.DateTimeField(_("last seen"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    closed_by = models.CharField(_("closed by"), max_length=80, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("difference of the books")
        verbose_name_plural = _("differences of the books")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "explained", "resolved"]), name="book_case_state"),
            models.CheckConstraint(condition=~Q(state="explained") | ~Q(note=""), name="book_case_explained"),
            models.CheckConstraint(
                condition=Q(ledger_amount__isnull=False) | Q(record_amount__isnull=False), name="book_case_about_something"
            ),
        ]
        indexes = [models.Index(fields=["state", "found_at"], name="book_case_open")]

    def __str__(self) -> str:
        return self.key
