"""What was done, by whom: append-only."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.audit.words import action_label
from marketplace.tenancy.models import TenantModel


class AuditEvent(TenantModel):
    """One act inside a tenant. The application role may insert and read, nothing else."""

    action = models.CharField(_("action"), max_length=80)
    actor = models.CharField(_("actor"), max_length=80)
    user_id = models.BigIntegerField(null=True)
    facts = models.JSONField(_("facts"), default=dict)
    created_at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")

    def __str__(self) -> str:
        return action_label(self.action)
