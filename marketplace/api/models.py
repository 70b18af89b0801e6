"""Keys of the API, and the answers it has given to requests that may come twice."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantModel


class ApiKey(TenantModel):
    """A key that acts for a merchant. Only its SHA-256 is kept: 160 random bits need no slow hash."""

    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, editable=False)
    #: Its last characters, so that people can tell keys apart.
    tail = models.CharField(_("ends with"), max_length=6, editable=False)
    rights = ArrayField(models.CharField(max_length=30), verbose_name=_("rights"))
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "digest"], name="api_key_once")]

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(TenantModel):
    """What was answered to a request that named itself (header Idempotency-Key). Without an answer it is being worked on."""

    key = models.CharField(max_length=120)
    #: SHA-256 of method, path and body: the same name for another request is a mistake.
    request_digest = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    body = models.JSONField(null=True)
    #: A request whose process died may be taken up again after this moment.
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("answer to a repeated request")
        verbose_name_plural = _("answers to repeated requests")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "key"], name="answered_once")]
        indexes = [models.Index(fields=["merchant_id", "created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return self.key
