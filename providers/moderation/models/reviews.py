"""One thing that waits for a person's decision."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel


class Review(ProviderModel):
    """A subject of some kind, handed in by a provider (or about him), with the decision once there is one.

    `subject_id` is the id in the room that registered the kind (`providers.moderation.kinds`). Times are UTC.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SAMPLED = "sampled", _("Second look")
        APPROVED = "approved", _("Approved")
        AUTO_APPROVED = "auto_approved", _("Approved by rule")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")

    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    title = models.CharField(_("title"), max_length=200)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk)
    state = models.CharField(_("state"), max_length=20, choices=State)
    opened_at = models.DateTimeField(_("handed in"))
    opened_by = models.CharField(_("handed in by"), max_length=80)
    due_at = models.DateTimeField(pgettext_lazy("review", "due"))
    claimed_by_id = models.BigIntegerField(_("looked at by"), null=True)
    claimed_at = models.DateTimeField(_("looked at since"), null=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=80, blank=True, db_default="")
    reasons = models.JSONField(_("reasons"), default=list, db_default=[])
    note = models.TextField(_("note to the provider"), blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = pgettext_lazy("moderation", "review")
        verbose_name_plural = pgettext_lazy("moderation", "reviews")
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "kind", "subject_id"], condition=models.Q(state="waiting"), name="review_waits_once"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "waiting",
                        "sampled",
                        "approved",
                        "auto_approved",
                        "changes_requested",
                        "rejected",
                        "withdrawn",
                    ]
                ),
                name="review_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sampled"], decided_at=None)
                | models.Q(~models.Q(state__in=["waiting", "sampled"]), decided_at__isnull=False),
                name="review_decided_when_closed",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_by_id=None, claimed_at=None)
                | models.Q(claimed_by_id__isnull=False, claimed_at__isnull=False),
                name="review_claim_complete",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sampled", "auto_approved"]) | models.Q(risk="low"),
                name="review_auto_low_risk_only",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(state__in=["waiting", "sampled"]), name="review_inbox"),
            models.Index(fields=["provider_id", "kind", "subject_id"], name="review_subject"),
        ]

    def __str__(self) -> str:
        return self.title
