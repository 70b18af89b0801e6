"""What is held for contracts and what became of it. The money itself is in the ledger; these rows say why it moved.

Amounts are minor units of the deal's currency, rates 1/10,000. Rows of two parties are `SharedModel`; the rules of commission are
staff's own, the same for everybody.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey
from marketplace.ui.formats import language

MOST_RATE = 5_000


class Component(models.TextChoices):
    """A part of the commission; every part is a line of its own, also on the invoice."""

    FIXED = "fixed", _("Fixed fee")
    SERVICE = "service", _("Service fee")
    PAYMENT = "payment", _("Payment fee")


class OnRefund(models.TextChoices):
    """What becomes of the commission when released money goes back (G6)."""

    PRO_RATA = "pro_rata", _("all of it is given back in proportion")
    KEEP_FIXED = "keep_fixed", _("the fixed fee is kept, the rest is given back in proportion")


class CommissionRule(models.Model):
    """What the market takes from a provider, for the deals its conditions fit. The first that fits, in order, wins (G1).

    Empty conditions fit everything. Changing a rule changes later deals only: every deal keeps the terms it was signed with.
    """

    position = models.IntegerField(
        _("order"), default=100, help_text=_("The first rule that fits wins, from the smallest number up.")
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    is_active = models.BooleanField(_("in use"), default=True)
    #: The rule for everything no other rule fits; there is one, and it is always in use.
    is_default = models.BooleanField(_("for everything else"), default=False, editable=False)
    category = models.SlugField(_("category"), max_length=60, blank=True)
    provider_id = models.BigIntegerField(_("service provider"), null=True, blank=True)
    level_from = models.SmallIntegerField(_("from level"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    service_rate = models.IntegerField(_("service fee, rate"), default=0)
    service_min = models.BigIntegerField(_("service fee, least"), null=True, blank=True)
    service_max = models.BigIntegerField(_("service fee, most"), null=True, blank=True)
    payment_rate = models.IntegerField(_("payment fee, rate"), default=0)
    payment_min = models.BigIntegerField(_("payment fee, least"), null=True, blank=True)
    payment_max = models.BigIntegerField(_("payment fee, most"), null=True, blank=True)
    fixed_minor = models.BigIntegerField(_("fixed fee"), default=0)
    on_refund = models.CharField(_("when money goes back"), max_length=12, choices=OnRefund, default=OnRefund.PRO_RATA)

    class Meta:
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")
        ordering = ("is_default", "position", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(service_rate__range=(0, MOST_RATE), payment_rate__range=(0, MOST_RATE), fixed_minor__gte=0),
                name="rule_rates",
                violation_error_message=_("A rate lies between nothing and half, and no fee is negative."),
            ),
            models.CheckConstraint(
                condition=(Q(service_min__isnull=True) | Q(service_min__gte=0))
                & (Q(service_max__isnull=True) | Q(service_max__gte=0))
                & (Q(payment_min__isnull=True) | Q(payment_min__gte=0))
                & (Q(payment_max__isnull=True) | Q(payment_max__gte=0)),
                name="rule_bounds_positive",
                violation_error_message=_("A least or a most is never negative."),
            ),
            models.CheckConstraint(
                condition=(Q(service_min__isnull=True) | Q(service_max__isnull=True) | Q(service_min__lte=F("service_max")))
                & (Q(payment_min__isnull=True) | Q(payment_max__isnull=True) | Q(payment_min__lte=F("payment_max"))),
                name="rule_bounds_ordered",
                violation_error_message=_("A fee's least must not be above its most."),
            ),
            models.CheckConstraint(
                condition=~Q(currency="")
                | Q(
                    service_min__isnull=True, service_max__isnull=True, payment_min__isnull=True, payment_max__isnull=True,
                    fixed_minor=0,
                ),
                name="rule_amounts_need_currency",
                violation_error_message=_("Amounts need a currency: choose one, or leave least, most and fixed fee empty."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
                name="rule_window",
                violation_error_message=_("A rule ends after it begins."),
            ),
            models.CheckConstraint(condition=Q(level_from__isnull=True) | Q(level_from__range=(1, 4)), name="rule_level"),
            models.CheckConstraint(condition=Q(on_refund__in=["pro_rata", "keep_fixed"]), name="rule_on_refund"),
            models.UniqueConstraint(fields=["is_default"], name="one_default_rule", condition=Q(is_default=True)),
            models.CheckConstraint(
                condition=Q(is_default=False)
                | Q(
                    is_active=True, category="", provider_id__isnull=True, level_from__isnull=True, currency="",
                    valid_from__isnull=True, valid_until__isnull=True,
                ),
                name="default_rule_fits_all",
                violation_error_message=_("The rule for everything else is always in use and has no conditions."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if language() == "en" else self.name_zh


class Waiver(models.Model):
    """No commission for what carries a tag, for a while, for a reason that stands on the invoice (G4)."""

    tag = models.SlugField(_("tag"), max_length=40)
    reason_zh = models.CharField(_("reason in Chinese"), max_length=120)
    reason_en = models.CharField(_("reason in English"), max_length=120)
    #: The payment fee is what a payment company takes; it is waived only when this says so.
    covers_payment = models.BooleanField(_("payment fee too"), default=False)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ("tag", "-valid_from")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_until")),
                name="waiver_window",
                violation_error_message=_("A waiver ends after it begins."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag}: {self.reason}"

    @property
    def reason(self) -> str:
        """In the reader's language."""
        return self.reason_en if language() == "en" else self.reason_zh


class Deal(SharedModel):
    """The money side of one service order. Its fees are frozen at signing (`FeeLine`, G2)."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("deal", "Open")
        CLOSED = "closed", pgettext_lazy("deal", "Closed")

    order_id = models.BigIntegerField(_("service order"))
    number = models.CharField(_("number"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    category = models.SlugField(_("category"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3)
    #: What has been released so far, before fees: fees are taken on the whole, so that parts cost what one payment costs.
    released = models.BigIntegerField(_("released"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order_id"], name="deal_once"),
            models.CheckConstraint(condition=Q(released__gte=0), name="deal_released"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | Q(state="closed", closed_at__isnull=False), name="deal_state"
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="deal_of_merchant"),
            models.Index(fields=["provider_id", "-id"], name="deal_of_provider"),
        ]

    def __str__(self) -> str:
        return self.number


class FeeLine(SharedModel):
    """A part of the commission as agreed at signing, with the rule it comes from. Later changes of the rule never alter it."""

    deal = TenantForeignKey(Deal, related_name="fee_lines")
    component = models.CharField(_("component"), max_length=8, choices=Component)
    rule = models.ForeignKey(CommissionRule, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule"))
    rule_name_zh = models.CharField(max_length=80)
    rule_name_en = models.CharField(max_length=80)
    rate = models.IntegerField(_("rate"), default=0)
    fixed_minor = models.BigIntegerField(_("fixed fee"), default=0)
    least = models.BigIntegerField(_("least"), null=True)
    most = models.BigIntegerField(_("most"), null=True)
    is_kept = models.BooleanField(_("kept when money goes back"), default=False)
    waiver = models.ForeignKey(Waiver, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("waiver"))
    waiver_reason_zh = models.CharField(max_length=120, blank=True)
    waiver_reason_en = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("fee line")
        verbose_name_plural = _("fee lines")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "deal", "component"], name="fee_line_once"),
            models.CheckConstraint(condition=Q(rate__range=(0, MOST_RATE), fixed_minor__gte=0), name="fee_line_rate"),
            models.CheckConstraint(condition=Q(component__in=["fixed", "service", "payment"]), name="fee_line_component"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.component}"

    @property
    def rule_name(self) -> str:
        """In the reader's language."""
        return self.rule_name_en if language() == "en" else self.rule_name_zh

    @property
    def waiver_reason(self) -> str:
        """In the reader's language; empty without a waiver."""
        return self.waiver_reason_en if language() == "en" else self.waiver_reason_zh


class Hold(SharedModel):
    """Money of the merchant set aside for one part of a deal, such as a milestone. It only ever leaves three ways."""

    deal = TenantForeignKey(Deal, related_name="holds")
    key = models.CharField(_("what for"), max_length=60)
    title = models.CharField(_("title"), max_length=200, blank=True)
    amount = models.BigIntegerField(_("amount"))
    released = models.BigIntegerField(_("released"), default=0)
    refunded = models.BigIntegerField(_("refunded"), default=0)
    rolled = models.BigIntegerField(_("moved to another part"), default=0)
    held_at = models.DateTimeField(_("held since"))
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "deal", "key"], name="hold_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, released__gte=0, refunded__gte=0, rolled__gte=0), name="hold_amounts"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=F("released") + F("refunded") + F("rolled")), name="hold_not_overdrawn"
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "deal"], name="hold_of_provider")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.key}"

    @property
    def left(self) -> int:
        """What is still held."""
        return self.amount - self.released - self.refunded - self.rolled


class Release(SharedModel):
    """Money given to the provider, less fees. It waits (`pending`) until `available_at`, then can be paid out."""

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("release", "Not yet available")
        AVAILABLE = "available", pgettext_lazy("release", "Available")

    deal = TenantForeignKey(Deal, related_name="releases")
    hold = TenantForeignKey(Hold, related_name="releases")
    key = models.CharField(_("key"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3)
    gross = models.BigIntegerField(_("amount"))
    fee = models.BigIntegerField(_("fees"))
    net = models.BigIntegerField(_("after fees"))
    #: [{"fee_line", "component", "amount"}]: what each frozen line came to.
    lines = models.JSONField(_("fee lines"))
    #: What the deal had released before this one; fees are computed from here on.
    before = models.BigIntegerField(_("released before"))
    #: What of it is still in the account of pending earnings.
    pending = models.BigIntegerField(_("not yet available"))
    #: What of `gross` went back to the merchant afterwards.
    reversed = models.BigIntegerField(_("taken back"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    released_at = models.DateTimeField(_("released"))
    available_at = models.DateTimeField(_("available from"))
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "deal", "key"], name="release_once"),
            models.CheckConstraint(
                condition=Q(gross__gt=0, fee__gte=0, net__gte=0, before__gte=0) & Q(net=F("gross") - F("fee")),
                name="release_sums",
            ),
            models.CheckConstraint(
                condition=Q(reversed__gte=0, reversed__lte=F("gross"), pending__gte=0, pending__lte=F("gross")),
                name="release_not_overdrawn",
            ),
            models.CheckConstraint(condition=Q(state="pending") | Q(state="available", pending=0), name="release_state"),
        ]
        indexes = [
            models.Index(fields=["provider_id", "-released_at", "-id"], name="release_of_provider"),
            models.Index(fields=["merchant_id", "-released_at", "-id"], name="release_of_merchant"),
            models.Index(fields=["available_at", "id"], name="release_due", condition=Q(state="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.key}"


class Refund(SharedModel):
    """Held money that went back to the merchant's wallet. No fee was ever taken from it."""

    deal = TenantForeignKey(Deal, related_name="refunds")
    hold = TenantForeignKey(Hold, related_name="refunds")
    key = models.CharField(_("key"), max_length=80)
    amount = models.BigIntegerField(_("amount"))
    refunded_at = models.DateTimeField(_("refunded"))
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "deal", "key"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
        ]
        indexes = [models.Index(fields=["provider_id", "-id"], name="refund_of_provider")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.key}"


class Roll(SharedModel):
    """What one part of a deal did not need and another one uses (F2). No money leaves the account of what is held."""

    deal = TenantForeignKey(Deal, related_name="rolls")
    hold = TenantForeignKey(Hold, related_name="rolls")
    to_hold = TenantForeignKey(Hold, related_name="rolled_in")
    amount = models.BigIntegerField(_("amount"))
    rolled_at = models.DateTimeField(_("moved"))
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("move between parts")
        verbose_name_plural = _("moves between parts")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "hold", "to_hold"], name="roll_once"),
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(hold=F("to_hold")), name="roll_moves"),
        ]
        indexes = [models.Index(fields=["provider_id", "-id"], name="roll_of_provider")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.amount}"


class Reversal(SharedModel):
    """Released money that went back to the merchant: from what was pending, else from the provider's earnings (a debt)."""

    deal = TenantForeignKey(Deal, related_name="reversals")
    release = TenantForeignKey(Release, related_name="reversals")
    key = models.CharField(_("key"), max_length=80)
    amount = models.BigIntegerField(_("amount"))
    #: Commission that went back to the provider, and its lines as in `Release.lines`.
    fee_back = models.BigIntegerField(_("fees given back"))
    lines = models.JSONField(_("fee lines"))
    from_pending = models.BigIntegerField(_("from what was pending"))
    from_earnings = models.BigIntegerField(_("from earnings"))
    ruling = models.CharField(_("ruling"), max_length=80, blank=True)
    reversed_at = models.DateTimeField(_("taken back"))
    created_by = models.CharField(_("by"), max_length=80)

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "deal", "key"], name="reversal_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, fee_back__gte=0, from_pending__gte=0, from_earnings__gte=0)
                & Q(amount=F("from_pending") + F("from_earnings")),
                name="reversal_sums",
            ),
        ]
        indexes = [models.Index(fields=["provider_id", "-id"], name="reversal_of_provider")]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.key}"


class Check(models.TextChoices):
    """What is recalculated every night."""

    LEDGER = "ledger", _("Ledger: balances, transfers, clearing")
    ESCROW = "escrow", _("Contracts: commissions, releases, refunds")


class BooksRun(models.Model):
    """A night's check of the books; staff's own."""

    check_name = models.CharField(_("check"), max_length=10, choices=Check)
    night = models.DateField(_("night"))
    ran_at = models.DateTimeField(_("checked"))
    findings = models.IntegerField(_("findings"))

    class Meta:
        verbose_name = _("check of the books")
        verbose_name_plural = _("checks of the books")
        constraints = [models.UniqueConstraint(fields=["check_name", "night"], name="one_books_run_per_night")]

    def __str__(self) -> str:
        return f"{self.check_name} {self.night}"


class BooksFinding(models.Model):
    """Something the books do not add up to; staff's own. `key` is the hash of the text. Gone: a later night did not see it."""

    check_name = models.CharField(_("check"), max_length=10, choices=Check)
    key = models.CharField(max_length=64)
    text = models.CharField(_("finding"), max_length=500)
    found_at = models.DateTimeField(_("found"))
    seen_at = models.DateTimeField(_("last seen"))
    gone_at = models.DateTimeField(_("gone"), null=True)

    class Meta:
        verbose_name = _("finding in the books")
        verbose_name_plural = _("findings in the books")
        constraints = [
            models.UniqueConstraint(fields=["check_name", "key"], name="one_books_finding"),
            models.CheckConstraint(condition=Q(check_name__in=Check.values), name="books_finding_check"),
        ]
        indexes = [models.Index(fields=["found_at"], condition=Q(gone_at__isnull=True), name="books_finding_open")]

    def __str__(self) -> str:
        return self.text
