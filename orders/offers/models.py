"""Coupons, and who wants none. Amounts are minor units of the coupon's currency, rates are in 1/10,000."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantModel
from marketplace.ui.formats import language
from orders.offers.limits import MOST_OFF
from orders.service.calendar import day_of


class Coupon(SharedModel):
    """A discount one provider gives one merchant on one of its services, once. Names are as they were when it was sent."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", pgettext_lazy("coupon", "An amount off")
        PERCENT = "percent", pgettext_lazy("coupon", "A percentage off")

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("coupon", "Sent")
        USED = "used", pgettext_lazy("coupon", "Used")
        WITHDRAWN = "withdrawn", pgettext_lazy("coupon", "Withdrawn")

    listing_id = models.BigIntegerField()
    listing_slug = models.SlugField(max_length=140)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    merchant_name = models.CharField(_("merchant"), max_length=120)
    provider_name = models.CharField(_("service provider"), max_length=120)
    #: Key of the package it is for; "": every package.
    package = models.CharField(_("package"), max_length=40, blank=True, db_default="")
    package_zh = models.CharField(_("package"), max_length=80, blank=True, db_default="")
    package_en = models.CharField(_("package"), max_length=80, blank=True, db_default="")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    #: Minor units, or 1/10,000.
    value = models.BigIntegerField(_("discount"))
    currency = models.CharField(_("currency"), max_length=3)
    note = models.CharField(_("note"), max_length=300, blank=True, db_default="")
    state = models.CharField(_("state"), max_length=10, choices=State, db_default=State.SENT, default=State.SENT)
    order_id = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(_("sent"))
    sent_by = models.CharField(max_length=80)
    #: When it is over: the first moment after its last day.
    valid_until = models.DateTimeField(_("valid until"))
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["sent", "used", "withdrawn"]), name="coupon_state"),
            models.CheckConstraint(condition=Q(value__gt=0), name="coupon_value"),
            models.CheckConstraint(condition=Q(valid_until__gt=F("sent_at")), name="coupon_lasts"),
            models.CheckConstraint(condition=Q(kind="amount") | Q(kind="percent", value__lte=MOST_OFF), name="coupon_kind"),
            models.CheckConstraint(
                condition=Q(state="used", order_id__isnull=False) | (~Q(state="used") & Q(order_id__isnull=True)),
                name="coupon_used",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "listing_id"], name="coupons_of_listing"),
            models.Index(fields=["merchant_id", "-id"], name="coupons_of_merchant"),
            models.Index(fields=["provider_id", "-sent_at"], name="coupons_of_provider"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What the service was called when the coupon was sent, in the reader's language."""
        return self.title_en if language() == "en" else self.title_zh

    @property
    def package_name(self) -> str:
        """The same of the package; "" for every package."""
        return self.package_en if language() == "en" else self.package_zh

    @property
    def last_day(self) -> date:
        """The last of the market's days on which it can be ordered with."""
        return day_of(self.valid_until - timedelta(microseconds=1))

    def is_good(self, at: datetime) -> bool:
        return self.state == self.State.SENT and self.valid_until > at


class OfferRefusal(TenantModel):
    """A merchant wants no offers from this provider; `provider_id` 0: from nobody."""

    provider_id = models.BigIntegerField()
    provider_name = models.CharField(_("service provider"), max_length=120, blank=True, db_default="")
    created_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("refusal of offers")
        verbose_name_plural = _("refusals of offers")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "provider_id"], name="one_refusal_of_offers")]

    def __str__(self) -> str:
        return self.provider_name
