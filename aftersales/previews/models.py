"""A forecast: a past window replayed under a policy, kept to be compared with what really came."""

from datetime import date, timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from merchants.models import Shop


class Forecast(TenantModel):
    """What a program would have cost in `[since, until)` (local days of the shop) under these settings.

    `result` is written once, when the replay is done: see `aftersales.previews.results`. `margin_percent` is the merchant's own
    assumption of what is left of a sale.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    program = models.CharField(_("program"), max_length=40)
    shop = TenantForeignKey(Shop)
    settings = models.JSONField(_("settings"))
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    margin_percent = models.IntegerField(_("margin (%)"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    result = models.JSONField(_("result"), null=True)
    error = models.TextField(_("error"), blank=True, default="")
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("forecast")
        verbose_name_plural = _("forecasts")
        indexes = [models.Index(fields=["merchant_id", "program", "-id"], name="forecast_recent")]
        constraints = [models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="forecast_window")]

    @property
    def last_day(self) -> date:
        """The last day that is replayed."""
        return self.until - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.program} {self.since} … {self.until}"
