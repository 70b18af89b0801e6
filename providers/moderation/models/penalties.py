"""Points for violations, what they lead to, and where a provider stands."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel


class Penalty(ProviderModel):
    """One ruling: points for a violation and the rung of the ladder they led to.

    Points count until `points_until` (a year); hiding and pausing work until `ends_at`; a warning and an exit have no end.
    `ruling` is the id that deposit deductions and appeals quote.
    """

    class Rung(models.TextChoices):
        WARNED = "warned", _("Warning")
        HIDDEN = "hidden", _("Hidden for 7 days")
        PAUSED = "paused", _("Paused for 30 days")
        EXITED = "exited", _("Exit from the market")

    class State(models.TextChoices):
        ACTIVE = "active", _("In force")
        SERVED = "served", _("Ended")
        LIFTED = "lifted", _("Lifted on appeal")

    ruling = models.CharField(_("ruling"), max_length=20)
    violation = models.CharField(_("violation"), max_length=60)
    points = models.PositiveSmallIntegerField(pgettext_lazy("penalty", "points"))
    rung = models.CharField(_("consequence"), max_length=8, choices=Rung)
    state = models.CharField(_("state"), max_length=8, choices=State)
    statement = models.TextField(_("what the provider reads"))
    report_id = models.BigIntegerField(_("report"), null=True)
    given_at = models.DateTimeField(_("given"))
    given_by = models.CharField(_("given by"), max_length=80)
    ends_at = models.DateTimeField(_("ends"), null=True)
    points_until = models.DateTimeField(_("points count until"))
    appeal_until = models.DateTimeField(_("appeal until"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("penalty")
        verbose_name_plural = _("penalties")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "ruling"], name="penalty_ruling_once"),
            models.CheckConstraint(condition=models.Q(points__range=(1, 12)), name="penalty_points_1_to_12"),
            models.CheckConstraint(
                condition=models.Q(rung__in=["warned", "hidden", "paused", "exited"]), name="penalty_rung_known"
            ),
            models.CheckConstraint(condition=models.Q(state__in=["active", "served", "lifted"]), name="penalty_state_known"),
            models.CheckConstraint(
                condition=models.Q(rung__in=["hidden", "paused"], ends_at__isnull=False)
                | models.Q(rung__in=["warned", "exited"], ends_at=None),
                name="penalty_ends_when_it_should",
            ),
        ]
        indexes = [models.Index(fields=["state", "points_until"], name="penalty_sweep")]

    def __str__(self) -> str:
        return self.ruling


class ProviderStanding(ProviderModel):
    """Where a provider stands, computed from its penalties whenever they change; one row per provider."""

    hidden_until = models.DateTimeField(_("hidden until"), null=True)
    paused_until = models.DateTimeField(_("paused until"), null=True)
    exited_at = models.DateTimeField(_("left the market"), null=True)
    points = models.PositiveSmallIntegerField(pgettext_lazy("penalty", "points"), default=0)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [models.UniqueConstraint(fields=["provider_id"], name="one_standing_per_provider")]

    def __str__(self) -> str:
        return f"{self.provider_id}: {self.points}"
