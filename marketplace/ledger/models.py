"""Double-entry accounts, transfers and entries: the only place where money moves.

The application role can only read these tables. Rows are written by the SQL functions `open_account()` and
`post_transfers()` (see the migration and docs/money.md); a statement-level trigger refuses entries that do not sum to zero
per transfer, and another refuses every UPDATE and DELETE of entries and transfers.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel


class AccountCode(models.TextChoices):
    """Chart of accounts. Balances are credit-positive: what the account has received minus what it has given."""

    REFUND_FUNDING = "refund_funding", _("Refund funding")
    REFUNDS_RESERVED = "refunds_reserved", _("Refunds reserved")
    REFUNDS_PAID = "refunds_paid", _("Refunds paid to buyers")
    VOUCHERS_ISSUED = "vouchers_issued", _("Vouchers issued to buyers")
    # A service provider's.
    DEPOSIT_BANK = "deposit_bank", _("Deposit paid by bank transfer")
    DEPOSIT_HELD = "deposit_held", _("Deposit held")
    DEPOSIT_DEDUCTED = "deposit_deducted", _("Deducted from the deposit")
    # Hiring: a merchant's, a provider's, the market's; `clearing` joins their books and is zero over all of them.
    PAID_IN = "paid_in", _("Paid in")
    WALLET = "wallet", _("Wallet")
    ESCROW_HELD = "escrow_held", _("Held for contracts")
    CLEARING = "clearing", _("Between the parties' books")
    EARNINGS_PENDING = "earnings_pending", _("Earnings not yet available")
    EARNINGS = "earnings", _("Earnings available")
    PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("Payouts on their way")
    PAID_OUT = "paid_out", _("Paid out")
    COMMISSION = "commission", _("Commission earned")
    PAYMENT_FEES = "payment_fees", _("Payment fees earned")
    DISPUTE_FEES = "dispute_fees", _("Dispute fees")


class LedgerAccount(TenantModel):
    code = models.CharField(_("account"), max_length=40, choices=AccountCode)
    currency = models.CharField(_("currency"), max_length=3)
    balance = models.BigIntegerField(_("balance"), default=0)
    floor = models.BigIntegerField(_("floor"), null=True)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "code", "currency"], name="one_account_per_code"),
            models.CheckConstraint(
                condition=models.Q(floor__isnull=True) | models.Q(balance__gte=models.F("floor")), name="balance_above_floor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class LedgerTransfer(TenantModel):
    key = models.CharField(_("idempotency key"), max_length=120)
    kind = models.CharField(_("kind"), max_length=60)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    occurred_at = models.DateTimeField(_("occurred"))
    created_at = models.DateTimeField(_("booked"), db_default=Now())

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "key"], name="transfer_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="transfer_positive"),
        ]
        indexes = [models.Index(fields=["merchant_id", "occurred_at", "id"], name="transfer_by_time")]

    def __str__(self) -> str:
        return self.key


class LedgerEntry(TenantModel):
    transfer = TenantForeignKey(LedgerTransfer, related_name="entries")
    account = TenantForeignKey(LedgerAccount)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [
            models.Index(fields=["merchant_id", "account", "id"], name="entry_by_account"),
            models.Index(fields=["merchant_id", "transfer"], name="entry_by_transfer"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
