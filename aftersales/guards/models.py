"""What keeps the engine from spending too much: budgets, the kill switch, and alerts about both."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel

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
