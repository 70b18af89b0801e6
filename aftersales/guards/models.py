"""What keeps the engine from spending too much: budgets, breakers, holds, approvals, the kill switch, and reconciliation."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from aftersales.models import Payout
from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.store.models import ShopOrder, Sku

NOW = Now()


class Level(models.TextChoices):
    """What a budget limits, and for how long: shop-local days and hours."""

    BUYER_DAY = "buyer_day", _("per buyer and day")
    MERCHANT_DAY = "merchant_day", _("per day, all programs")
    PROGRAM_HOUR = "program_hour", _("per program and hour")


class Budget(TenantModel):
    """The most that may be spent per slot, in minor units; NULL means no limit. SQL function `guard_spend()` enforces it."""

    level = models.CharField(_("level"), max_length=12, choices=Level)
    #: Named only where the budget is one program's; the other levels span all programs.
    program = models.CharField(_("program"), max_length=40, blank=True, db_default="")
    currency = models.CharField(_("currency"), max_length=3)
    limit_amount = models.BigIntegerField(_("limit"), null=True)
    alert_percent = models.SmallIntegerField(_("alert at (%)"), db_default=80)
    updated_by = models.CharField(_("by"), max_length=80, blank=True, db_default="")
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "currency", "level", "program"], name="one_budget_per_level"),
            models.CheckConstraint(
                condition=models.Q(limit_amount__isnull=True) | models.Q(limit_amount__gte=0), name="budget_limit"
            ),
            models.CheckConstraint(condition=models.Q(alert_percent__range=(1, 100)), name="budget_alert_percent"),
            models.CheckConstraint(
                condition=(models.Q(level="program_hour") & ~models.Q(program=""))
                | (~models.Q(level="program_hour") & models.Q(program="")),
                name="budget_program",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.program} {self.currency}"


class BudgetUse(TenantModel):
    """What was spent of a budget in one slot, in minor units. `buyer_id` is 0 where the budget is not a buyer's."""

    budget = TenantForeignKey(Budget, related_name="uses")
    slot = models.DateTimeField(_("slot"))
    buyer_id = models.BigIntegerField(_("buyer"), db_default=0)
    used = models.BigIntegerField(_("used"))

    class Meta:
        verbose_name = _("budget use")
        verbose_name_plural = _("budget uses")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "budget", "slot", "buyer_id"], name="one_use_per_slot")]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.slot}"


class KillSwitch(TenantModel):
    """Stops a program of a merchant, or all of them where `program` is empty: claims, payouts and messages."""

    program = models.CharField(_("program"), max_length=40, blank=True, db_default="")
    is_on = models.BooleanField(_("stopped"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, db_default="")
    changed_by = models.CharField(_("by"), max_length=80)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("kill switch")
        verbose_name_plural = _("kill switches")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "program"], name="one_switch_per_program")]

    def __str__(self) -> str:
        return f"{self.program or '*'}: {'stopped' if self.is_on else 'running'}"


class Alert(TenantModel):
    """Something a merchant should look at, once per `key` (such as a budget and its slot)."""

    kind = models.CharField(_("kind"), max_length=40)
    program = models.CharField(_("program"), max_length=40, blank=True, db_default="")
    key = models.CharField(_("key"), max_length=160)
    facts = models.JSONField(_("facts"), db_default={})
    created_at = models.DateTimeField(_("when"), db_default=NOW)
    seen_by = models.CharField(_("seen by"), max_length=80, blank=True, db_default="")
    seen_at = models.DateTimeField(_("seen"), null=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "key"], name="alert_once")]
        indexes = [models.Index(fields=["merchant_id", "-id"], name="alert_unseen", condition=models.Q(seen_at__isnull=True))]

    def __str__(self) -> str:
        return self.key


class GuardSettings(TenantModel):
    """What a merchant's guards go by; without a row the defaults of the columns hold. Limits are in major units."""

    #: A single payout above this is held until a second person approves; per currency in `currency_limits`.
    payout_limit = models.BigIntegerField(_("single payout above"), db_default=500)
    #: The same for what one run would pay in a currency.
    batch_limit = models.BigIntegerField(_("batch above"), db_default=10_000)
    #: {"JPY": {"payout": 80000, "batch": 1500000}}: other limits for a currency, in major units.
    currency_limits = models.JSONField(_("limits by currency"), db_default={})
    #: For a company of one person: whoever asked may approve, too. Off unless somebody says so; audited.
    may_decide_alone = models.BooleanField(_("one person may approve alone"), db_default=False)
    approval_days = models.SmallIntegerField(_("approvals expire after (days)"), db_default=7)
    #: The breaker opens when a window's payouts exceed this percentage of the median of the windows before.
    breaker_percent = models.IntegerField(_("breaker at (percent of the median)"), db_default=300)
    breaker_hours = models.SmallIntegerField(_("breaker window (hours)"), db_default=24)
    breaker_windows = models.SmallIntegerField(_("windows looked back at"), db_default=28)
    #: With fewer windows in which anything was paid there is no median worth the name, and the breaker stays closed.
    breaker_min_windows = models.SmallIntegerField(_("windows needed"), db_default=7)
    updated_by = models.CharField(_("by"), max_length=80, blank=True, db_default="")
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)

    class Meta:
        verbose_name = _("guard settings")
        verbose_name_plural = _("guard settings")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id"], name="one_guard_settings"),
            models.CheckConstraint(
                condition=models.Q(
                    payout_limit__gte=0,
                    batch_limit__gte=0,
                    approval_days__range=(1, 90),
                    breaker_percent__range=(100, 10_000),
                    breaker_hours__range=(1, 168),
                    breaker_windows__range=(1, 60),
                    breaker_min_windows__range=(1, 60),
                ),
                name="guard_settings_ranges",
            ),
        ]

    def __str__(self) -> str:
        return f"guards of {self.merchant_id}"


class SpendHour(TenantModel):
    """What a program let pass in one hour, in minor units: the breaker's memory."""

    program = models.CharField(_("program"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    hour = models.DateTimeField(_("hour"))
    amount = models.BigIntegerField(_("amount"))
    claims = models.IntegerField(_("claims"))

    class Meta:
        verbose_name = _("spend of an hour")
        verbose_name_plural = _("spend by hour")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "program", "currency", "hour"], name="one_spend_per_hour")]

    def __str__(self) -> str:
        return f"{self.program} {self.hour}"


class Breaker(TenantModel):
    """A circuit that opened: the program's new claims in this currency are held until a person closes it."""

    program = models.CharField(_("program"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    #: current, median (minor units), percent, windows: why it opened.
    facts = models.JSONField(_("facts"), db_default={})
    opened_at = models.DateTimeField(_("opened"), db_default=NOW)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("by"), max_length=80, blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("circuit breaker")
        verbose_name_plural = _("circuit breakers")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "program", "currency"], name="one_open_breaker", condition=models.Q(closed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.currency}"


class SkuHold(TenantModel):
    """A product whose price looks like a mistake. While it is held every claim on it waits for a person.

    One row per product and price. A released row says "this price is right": at this price or above the product is not held
    again. Programs insert with ON CONFLICT (merchant_id, sku_id, currency, price) DO NOTHING and join by product.
    """

    class State(models.TextChoices):
        HELD = "held", _("Held for a person")
        RELEASED = "released", _("Released")

    sku = TenantForeignKey(Sku)
    program = models.CharField(_("program"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3)
    price = models.BigIntegerField(_("price"))
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.HELD)
    #: What the price was compared with: paid, cost (minor units), percent.
    facts = models.JSONField(_("facts"), db_default={})
    held_at = models.DateTimeField(_("held since"), db_default=NOW)
    released_at = models.DateTimeField(_("released"), null=True)
    released_by = models.CharField(_("by"), max_length=80, blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = _("product on hold")
        verbose_name_plural = _("products on hold")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "sku", "currency", "price"], name="one_hold_per_price")]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.price}"


class Approval(TenantModel):
    """Something one person asked for and another one decides."""

    class Kind(models.TextChoices):
        PAYOUT = "payout", _("Single payout")
        BATCH = "batch", _("Batch of payouts")
        POLICY = "policy", _("Looser policy")
        BUDGET = "budget", _("Higher budget")
        SETTINGS = "settings", _("Looser guards")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    program = models.CharField(_("program"), max_length=40, blank=True, db_default="")
    #: Whatever it is about: a claim, a run, a budget; 0 where the kind says it all.
    subject_id = models.BigIntegerField(_("subject"), db_default=0)
    amount = models.BigIntegerField(_("amount"), null=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, db_default="")
    #: What is put in force by the approval, and what it replaces.
    payload = models.JSONField(_("content"), db_default={})
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.WAITING)
    requested_by = models.CharField(_("asked by"), max_length=80)
    requested_at = models.DateTimeField(_("asked"), db_default=NOW)
    expires_at = models.DateTimeField(_("expires"))
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True, db_default="")
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "kind", "program", "subject_id", "currency"],
                name="one_waiting_approval",
                condition=models.Q(state="waiting"),
            )
        ]
        indexes = [models.Index(fields=["merchant_id", "state", "id"], name="approval_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class ReconciliationCase(TenantModel):
    """A difference between two books about one subject. It closes by itself when the books agree again."""

    class Kind(models.TextChoices):
        NOT_BOOKED = "not_booked", _("Paid out, not in the ledger")
        LEDGER_AMOUNT = "ledger_amount", _("Ledger and payout differ")
        GATEWAY_MISSING = "gateway_missing", _("Paid here, unknown to the gateway")
        GATEWAY_EXTRA = "gateway_extra", _("Paid by the gateway, not here")
        GATEWAY_AMOUNT = "gateway_amount", _("Gateway and payout differ")
        STUCK = "stuck", _("Payout on its way for too long")
        OVER_REFUNDED = "over_refunded", _("More refunded than captured")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "Open")
        EXPLAINED = "explained", _("Explained")
        RESOLVED = "resolved", _("Resolved")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    #: The payout's request number or the order's number.
    subject = models.CharField(_("subject"), max_length=120)
    order = TenantForeignKey(ShopOrder, null=True)
    payout = TenantForeignKey(Payout, null=True)
    currency = models.CharField(_("currency"), max_length=3)
    #: What the first book of the kind says and what the second one says, in minor units; NULL: nothing.
    left_amount = models.BigIntegerField(_("here"), null=True)
    right_amount = models.BigIntegerField(_("there"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.OPEN)
    opened_at = models.DateTimeField(_("since"), db_default=NOW)
    seen_at = models.DateTimeField(_("last seen"), db_default=NOW)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(_("by"), max_length=80, blank=True, db_default="")

    class Meta:
        verbose_name = _("reconciliation case")
        verbose_name_plural = _("reconciliation cases")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "kind", "subject"], name="one_case_per_subject")]
        indexes = [models.Index(fields=["merchant_id", "state", "opened_at"], name="case_by_state")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class CaseNote(TenantModel):
    """What people, and the job, wrote about a case. Append-only."""

    case = TenantForeignKey(ReconciliationCase, related_name="notes")
    text = models.CharField(_("note"), max_length=500)
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("when"), db_default=NOW)

    class Meta:
        verbose_name = _("case note")
        verbose_name_plural = _("case notes")

    def __str__(self) -> str:
        return self.text[:40]


class ReconciliationRun(TenantModel):
    """One comparison of the books. `slot` is the local day of the daily one; two beats ask for the same day and one wins."""

    slot = models.CharField(_("slot"), max_length=20, blank=True, db_default="")
    counts = models.JSONField(_("counts"), db_default={})
    created_by = models.CharField(_("by"), max_length=80)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "slot"], name="one_reconciliation_per_day", condition=~models.Q(slot="")
            )
        ]

    def __str__(self) -> str:
        return self.slot or "by hand"
