"""Payments in and back: what was asked for, what the payment companies said, what does not fit, and what is paid by itself.

Money itself is only in the ledger. Every table but `StrayPayment` belongs to one merchant; strays are money without an owner,
which staff alone see (the application's role has no right to them).
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.payments.purposes import WALLET
from orders.payments.states import AutopayInvoiceState, AutopayState, CaseState, PayBackState, PayInState, StrayState, Use


class PayIn(TenantModel):
    """Money a merchant wants to pay in. Minor units; `reference` is what the payment company, or the bank's line, knows it by."""

    reference = models.CharField(pgettext_lazy("payment", "reference"), max_length=20, unique=True)
    gateway = models.CharField(_("paid by"), max_length=20)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    purpose = models.CharField(_("purpose"), max_length=30, default=WALLET)
    subject_id = models.BigIntegerField(null=True)
    memo = models.CharField(_("note"), max_length=120, blank=True)
    #: Made by the form: the same key again is the same payment.
    key = models.CharField(max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=PayInState, default=PayInState.CREATED)
    use = models.CharField(_("use"), max_length=10, choices=Use, default=Use.WAITING)
    #: Why the money stayed in the wallet, or why the payment failed, in the payer's words.
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    session = models.CharField(max_length=120, blank=True)
    payment_url = models.CharField(max_length=2_000, blank=True)
    payment_code = models.CharField(max_length=500, blank=True)
    #: The company's number of the payment itself; null until money has arrived, so that it can be unique.
    transaction = models.CharField(_("transaction"), max_length=80, null=True)
    payer = models.CharField(_("paid from the account of"), max_length=120, blank=True)
    paid_amount = models.BigIntegerField(_("arrived"), null=True)
    returned_amount = models.BigIntegerField(_("sent back"), default=0)
    created_at = models.DateTimeField(_("begun"))
    created_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField(_("until"))
    asked_at = models.DateTimeField(_("last looked up"), null=True)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("payment in")
        verbose_name_plural = _("payments in")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "key"], condition=~Q(key=""), name="pay_in_once_per_key"),
            models.UniqueConstraint(fields=["gateway", "transaction"], name="pay_in_once_per_transaction"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pay_in_positive"),
            models.CheckConstraint(condition=Q(state__in=PayInState.values), name="pay_in_state_known"),
            models.CheckConstraint(condition=Q(use__in=Use.values), name="pay_in_use_known"),
            models.CheckConstraint(
                condition=Q(state="succeeded", paid_amount__gt=0, settled_at__isnull=False, transaction__isnull=False)
                | (~Q(state="succeeded") & Q(paid_amount__isnull=True, use="waiting")),
                name="pay_in_settled_when_succeeded",
            ),
            models.CheckConstraint(
                condition=Q(returned_amount=0) | Q(returned_amount__gt=0, returned_amount__lte=F("paid_amount")),
                name="pay_in_returned_at_most_what_arrived",
            ),
            models.CheckConstraint(
                condition=Q(purpose=WALLET, subject_id__isnull=True) | (~Q(purpose=WALLET) & Q(subject_id__isnull=False)),
                name="pay_in_purpose_has_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="pay_in_newest"),
            models.Index(fields=["merchant_id", "purpose", "subject_id"], name="pay_in_by_subject"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["created", "pending"]), name="pay_in_open"),
            models.Index(fields=["settled_at"], condition=Q(state="succeeded", use="waiting"), name="pay_in_unused"),
        ]

    def __str__(self) -> str:
        return self.reference


class PayInProof(TenantModel):
    """A paper that shows a transfer, sealed; its bytes are in `PayInProofChunk`."""

    pay_in = TenantForeignKey(PayIn)
    uid = models.UUIDField()
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=40)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(_("uploaded"))
    uploaded_by = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("proof of a transfer")
        verbose_name_plural = _("proofs of transfers")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "uid"], name="pay_in_proof_uid")]
        indexes = [models.Index(fields=["merchant_id", "pay_in"], name="pay_in_proof_of")]

    def __str__(self) -> str:
        return self.name


class PayInProofChunk(TenantModel):
    """One sealed piece of a proof."""

    proof = TenantForeignKey(PayInProof)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "proof", "number"], name="pay_in_proof_piece")]

    def __str__(self) -> str:
        return f"{self.proof_id}#{self.number}"  # type: ignore[attr-defined]


class GatewayNotice(TenantModel):
    """What a payment company said, once per event: the second telling of the same thing finds this row and changes nothing."""

    class Outcome(models.TextChoices):
        SETTLED = "settled", pgettext_lazy("payment", "Booked")
        FAILED = "failed", pgettext_lazy("payment", "Failed")
        REPEATED = "repeated", pgettext_lazy("payment", "Known already")
        DIFFERENT = "different", pgettext_lazy("payment", "Did not fit: a case")
        IGNORED = "ignored", pgettext_lazy("payment", "Changed nothing")

    gateway = models.CharField(_("paid by"), max_length=20)
    event_id = models.CharField(_("event"), max_length=120)
    reference = models.CharField(pgettext_lazy("payment", "reference"), max_length=64)
    transaction = models.CharField(_("transaction"), max_length=80, blank=True)
    result = models.CharField(_("said"), max_length=14)
    amount = models.BigIntegerField(_("amount"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    outcome = models.CharField(_("what followed"), max_length=10, choices=Outcome)
    detail = models.CharField(max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("happened"), null=True)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("notice of a gateway")
        verbose_name_plural = _("notices of gateways")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "gateway", "event_id"], name="gateway_notice_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["settled", "failed", "repeated", "different", "ignored"]), name="notice_outcome_known"
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "reference", "id"], name="notice_by_reference")]

    def __str__(self) -> str:
        return self.event_id


class PaymentCase(TenantModel):
    """Money that does not fit its payment. Staff decide what becomes of it; nothing was credited before."""

    class Kind(models.TextChoices):
        AMOUNT = "amount_differs", pgettext_lazy("payment", "Another amount arrived")
        CURRENCY = "currency_differs", pgettext_lazy("payment", "Another currency arrived")
        TWICE = "paid_twice", pgettext_lazy("payment", "Paid a second time")
        REUSED = "transaction_reused", pgettext_lazy("payment", "The transaction belongs to another payment")
        RETURN_DIFFERS = "return_differs", pgettext_lazy("payment", "Another amount was sent back")
        TAKEN_BACK = "taken_back", pgettext_lazy("payment", "Taken back by the payer's bank")

    pay_in = TenantForeignKey(PayIn)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    expected_amount = models.BigIntegerField(_("expected"))
    amount = models.BigIntegerField(_("arrived"))
    currency = models.CharField(_("currency"), max_length=3)
    transaction = models.CharField(_("transaction"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=CaseState, default=CaseState.OPEN)
    note = models.CharField(_("note"), max_length=500, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("payment that does not fit")
        verbose_name_plural = _("payments that do not fit")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "pay_in", "kind", "transaction"], name="payment_case_once"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="payment_case_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="payment_case_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.transaction}"


class PayBack(TenantModel):
    """Money on its way out of the wallet, back to where it came from. It left the wallet when this row was made."""

    pay_in = TenantForeignKey(PayIn)
    request_id = models.CharField(pgettext_lazy("payment", "reference"), max_length=20, unique=True)
    key = models.CharField(max_length=70)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=PayBackState, default=PayBackState.REQUESTED)
    #: A bank transfer's target, sealed; the holder and the last digits are shown.
    account = models.BinaryField(null=True)
    holder = models.CharField(_("account holder"), max_length=120, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    transaction = models.CharField(_("transaction"), max_length=80, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    token = models.UUIDField(null=True)
    attempts = models.IntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked for"))
    created_by = models.CharField(max_length=80)
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("payment back")
        verbose_name_plural = _("payments back")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "key"], name="pay_back_once_per_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pay_back_positive"),
            models.CheckConstraint(condition=Q(state__in=PayBackState.values), name="pay_back_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "submitted"], settled_at__isnull=True)
                | Q(state__in=["succeeded", "failed"], settled_at__isnull=False),
                name="pay_back_settled_at",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="pay_back_newest"),
            models.Index(fields=["merchant_id", "pay_in"], name="pay_back_of"),
            models.Index(fields=["next_at"], condition=Q(state__in=["requested", "submitted"]), name="pay_back_due"),
        ]

    def __str__(self) -> str:
        return self.request_id


class SandboxCharge(TenantModel):
    """The sandbox company's own books: what it was asked for, what was paid to it, what it gave back."""

    reference = models.CharField(max_length=20)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="open")
    paid_at = models.DateTimeField(null=True)
    returned = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("sandbox charge")
        verbose_name_plural = _("sandbox charges")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "reference"], name="sandbox_charge_once"),
            models.CheckConstraint(condition=Q(state__in=["open", "paid", "refused"]), name="sandbox_charge_state_known"),
        ]

    def __str__(self) -> str:
        return self.reference


class StrayPayment(models.Model):
    """Money that arrived with no reference of ours. Staff find its owner, or send it back."""

    gateway = models.CharField(_("paid by"), max_length=20)
    transaction = models.CharField(_("transaction"), max_length=80)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    payer = models.CharField(_("paid from the account of"), max_length=120, blank=True)
    text = models.CharField(_("text of the transfer"), max_length=200, blank=True)
    occurred_at = models.DateTimeField(_("happened"), null=True)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=StrayState, default=StrayState.OPEN)
    merchant_id = models.BigIntegerField(_("merchant"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("payment without an owner")
        verbose_name_plural = _("payments without an owner")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "transaction"], name="stray_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="stray_positive"),
            models.CheckConstraint(condition=Q(state__in=StrayState.values), name="stray_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="stray_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.transaction}"


class Autopay(TenantModel):
    """A merchant's permission to pay the invoices of one subject from the wallet. One per subject; stopping it keeps the row.

    `limit` (minor units) is the most that is paid by itself for one period of the subject.
    """

    kind = models.CharField(_("kind"), max_length=30)
    subject_id = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=AutopayState, default=AutopayState.ACTIVE)
    currency = models.CharField(_("currency"), max_length=3)
    limit = models.BigIntegerField(_("most per period"))
    #: Where a payment is begun when the wallet is short; "" only tells.
    gateway = models.CharField(_("missing money is paid in by"), max_length=20, blank=True)
    authorised_at = models.DateTimeField(_("permitted"))
    authorised_by = models.CharField(_("permitted by"), max_length=80)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("autopay")
        verbose_name_plural = _("autopay")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "kind", "subject_id"], name="one_autopay_per_subject"),
            models.CheckConstraint(condition=Q(limit__gt=0), name="autopay_limit"),
            models.CheckConstraint(
                condition=Q(state="active", stopped_at__isnull=True) | Q(state="stopped", stopped_at__isnull=False),
                name="autopay_state",
            ),
        ]
        indexes = [models.Index(fields=["kind", "merchant_id"], condition=Q(state="active"), name="autopay_active")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}"


class AutopayInvoice(TenantModel):
    """What autopay did about one invoice."""

    autopay = TenantForeignKey(Autopay)
    invoice_id = models.BigIntegerField()
    title = models.CharField(_("invoice"), max_length=160)
    amount = models.BigIntegerField(_("amount"))
    #: First day of the period it counts towards.
    period = models.DateField(_("period"))
    state = models.CharField(_("state"), max_length=10, choices=AutopayInvoiceState, default=AutopayInvoiceState.WAITING)
    tries = models.IntegerField(_("tries"), default=0)
    #: Why the last try failed: short, limit or refused, with words where the invoice's room had some.
    reason = models.CharField(max_length=10, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    pay_in = TenantForeignKey(PayIn, null=True)
    first_at = models.DateTimeField(_("first tried"))
    next_at = models.DateTimeField(_("next try"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("invoice of an autopay")
        verbose_name_plural = _("invoices of autopay")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "autopay", "invoice_id"], name="one_autopay_per_invoice"),
            models.CheckConstraint(condition=Q(amount__gte=0, tries__gte=0, tries__lte=3), name="autopay_invoice_tries"),
            models.CheckConstraint(
                condition=Q(state="waiting", next_at__isnull=False, closed_at__isnull=True)
                | Q(state__in=["paid", "failed"], next_at__isnull=True, closed_at__isnull=False),
                name="autopay_invoice_state",
            ),
        ]

    def __str__(self) -> str:
        return self.title
