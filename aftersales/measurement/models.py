"""Experiments and who is in which arm. An assignment is made once, at first eligibility, and never changes."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.store.models import Buyer

WHOLE = 1_000_000


class Arm(models.TextChoices):
    TREATMENT = "treatment", _("Treated")
    HOLDOUT = "holdout", _("Control group")


class Experiment(TenantModel):
    """One split of a program's buyers. A changed share opens the next version, with a seed of its own.

    `holdout_ppm` is the share of buyers in the control group in parts per million (200,000 = 20 %).
    """

    program = models.CharField(_("program"), max_length=40)
    version = models.IntegerField(_("version"))
    #: `merchant-slug:program:version`; together with the buyer's customer number it decides the arm.
    seed = models.CharField(_("seed"), max_length=200)
    holdout_ppm = models.IntegerField(_("control group (ppm)"))
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    #: Until then a contract is paid by this split: a changed share waits.
    pinned_until = models.DateTimeField(_("kept until"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("experiment")
        verbose_name_plural = _("experiments")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "program", "version"], name="experiment_version_once"),
            models.UniqueConstraint(
                fields=["merchant_id", "program"], name="one_open_experiment", condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(condition=models.Q(holdout_ppm__range=(0, WHOLE)), name="experiment_share"),
        ]

    def __str__(self) -> str:
        return self.seed


class Assignment(TenantModel):
    """The arm of one buyer in one experiment, from the moment the buyer first became eligible."""

    experiment = TenantForeignKey(Experiment)
    buyer = TenantForeignKey(Buyer)
    arm = models.CharField(_("arm"), max_length=9, choices=Arm)
    eligible_at = models.DateTimeField(_("first eligible"))

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "experiment", "buyer"], name="assigned_once"),
            models.CheckConstraint(condition=models.Q(arm__in=["treatment", "holdout"]), name="assignment_arm"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.arm}"
