"""A provider's objection to a ruling or to a number."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import ProviderModel


class Appeal(ProviderModel):
    """An appeal against a penalty, or against whatever another room registered (`providers.moderation.appealable`)."""

    class State(models.TextChoices):
        OPEN = "open", _("Being looked at")
        UPHELD = "upheld", _("Upheld")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    against = models.CharField(_("against"), max_length=20)
    subject_id = models.BigIntegerField(_("subject"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("what the provider says"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    opened_at = models.DateTimeField(_("appealed"))
    opened_by = models.CharField(_("appealed by"), max_length=80)
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.TextField(_("answer"), blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            # Once per subject, except that one who withdrew may try again while there is time.
            models.UniqueConstraint(
                fields=["provider_id", "against", "subject_id"],
                condition=~models.Q(state="withdrawn"),
                name="appeal_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "upheld", "denied", "withdrawn"]), name="appeal_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None) | models.Q(~models.Q(state="open"), decided_at__isnull=False),
                name="appeal_decided_when_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.title
