"""What buyers did through their links."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from orders.store.models import Buyer


class LinkUse(TenantModel):
    """That a link did what it is for. A second use of it finds this row and does nothing."""

    class Purpose(models.TextChoices):
        PRICE_PROTECTION = "price_protection", _("Price protection")
        PRESALE = "presale", _("Presale balance")
        RETENTION = "retention", _("Refund retention")
        OPT_OUT = "opt_out", _("Opting out")
        REFUND = "refund", _("Refund request")

    digest = models.CharField(max_length=64, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    subject_id = models.BigIntegerField(_("subject"))
    buyer = TenantForeignKey(Buyer)
    act = models.CharField(_("act"), max_length=20, blank=True, db_default="")
    used_at = models.DateTimeField(_("used"), db_default=Now())

    class Meta:
        verbose_name = _("use of a buyer's link")
        verbose_name_plural = _("uses of buyers' links")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "digest"], name="link_used_once")]
        indexes = [models.Index(fields=["merchant_id", "buyer"], name="link_use_by_buyer")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject_id}"
