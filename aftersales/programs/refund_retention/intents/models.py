"""What a merchant teaches: labels on refund requests, and the trainings made from them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.store.models import RefundRequest

NOW = Now()


class IntentLabel(TenantModel):
    """What a person says a request's words mean, beside what the program took them for. The words stay with the request.

    An empty intent is a label that was taken back.
    """

    request = TenantForeignKey(RefundRequest)
    intent = models.CharField(_("intent"), max_length=24, blank=True)
    guess = models.CharField(_("guess"), max_length=24)
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=NOW)

    class Meta:
        verbose_name = _("intent label")
        verbose_name_plural = _("intent labels")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "request"], name="intent_label_once")]
        indexes = [models.Index(fields=["merchant_id", "-id"], name="intent_label_recent")]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.intent}"


class IntentTraining(TenantModel):
    """One training on a merchant's labels, and its model when it ended well.

    `accuracy` and `previous_accuracy` are shares of the merchant's labelled requests understood by the new and by the model
    in force before, each measured on requests the model had not seen (cross-validation).
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("training", "Waiting")
        RUNNING = "running", pgettext_lazy("training", "Training")
        ACTIVE = "active", pgettext_lazy("training", "In force")
        NOT_BETTER = "not_better", pgettext_lazy("training", "Not better")
        REPLACED = "replaced", pgettext_lazy("training", "Replaced")
        FAILED = "failed", pgettext_lazy("training", "Failed")

    version = models.IntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    labels = models.IntegerField(_("labels"), db_default=0)
    accuracy = models.FloatField(_("accuracy"), null=True)
    previous_accuracy = models.FloatField(_("accuracy before"), null=True)
    #: The model as JSON (see `model.packed`); empty until it is trained.
    coefficients = models.TextField(blank=True, db_default="")
    steps_done = models.SmallIntegerField(db_default=0)
    steps = models.SmallIntegerField(db_default=0)
    #: Which try works on it; an earlier one that comes back late writes nothing.
    attempt = models.IntegerField(db_default=0)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True, db_default="")
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("intent training")
        verbose_name_plural = _("intent trainings")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "version"], name="intent_training_version"),
            models.UniqueConstraint(
                fields=["merchant_id"], name="intent_training_one_open", condition=Q(state__in=["waiting", "running"])
            ),
            models.UniqueConstraint(fields=["merchant_id"], name="intent_training_one_active", condition=Q(state="active")),
        ]

    def __str__(self) -> str:
        return f"v{self.version} {self.state}"
