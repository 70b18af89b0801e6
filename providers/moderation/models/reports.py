"""What somebody told staff about a provider."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantModel


class Report(TenantModel):
    """A report, kept with the organization that made it: the provider it is about never learns who did.

    `merchant_id` is the reporter's organization (of either kind, as in the audit); `about_*` names what is reported.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Being looked at")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Not upheld")

    about_kind = models.CharField(_("about"), max_length=20)
    about_id = models.BigIntegerField()
    about_provider_id = models.BigIntegerField(_("service provider"))
    about_title = models.CharField(_("title"), max_length=200)
    about_url = models.CharField(_("page"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=60)
    text = models.TextField(_("what happened"))
    state = models.CharField(_("state"), max_length=12, choices=State)
    reported_by_id = models.BigIntegerField(_("reported by"))
    reported_at = models.DateTimeField(_("reported"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    outcome = models.TextField(_("answer"), blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "about_kind", "about_id", "reason"],
                condition=models.Q(state="open"),
                name="report_open_once",
            ),
            models.CheckConstraint(condition=models.Q(state__in=["open", "upheld", "dismissed"]), name="report_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None) | models.Q(~models.Q(state="open"), decided_at__isnull=False),
                name="report_decided_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.about_title
