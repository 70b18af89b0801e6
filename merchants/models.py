"""A merchant's profile and shops."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantModel


class Platform(models.TextChoices):
    JD = "jd", _("JD.com")
    TAOBAO = "taobao", _("Taobao / Tmall")
    DOUYIN = "douyin", _("Douyin")
    PINDUODUO = "pinduoduo", _("Pinduoduo")
    SHOPIFY = "shopify", _("Shopify")
    WOOCOMMERCE = "woocommerce", _("WooCommerce")
    OTHER = "other", _("Other")


class MerchantProfile(TenantModel):
    """What a merchant tells about itself. One per organization."""

    class Size(models.TextChoices):
        SMALL = "small", _("under 50 orders a day")
        MEDIUM = "medium", _("50 to 1,000 orders a day")
        LARGE = "large", _("over 1,000 orders a day")

    industry = models.CharField(_("industry"), max_length=60, blank=True)
    region = models.CharField(_("region"), max_length=60, blank=True)
    platforms = models.JSONField(_("platforms"), default=list)
    size = models.CharField(_("size"), max_length=8, choices=Size, default=Size.SMALL)

    class Meta:
        verbose_name = _("merchant profile")
        verbose_name_plural = _("merchant profiles")
        constraints = [models.UniqueConstraint(fields=["merchant_id"], name="one_profile_per_merchant")]

    def __str__(self) -> str:
        return f"merchant {self.merchant_id}"


class Shop(TenantModel):
    """A merchant's store on a platform: the source of its orders, with one currency and one time zone.

    `language` is what its buyers are written in unless a buyer has one of his own.
    """

    slug = models.SlugField(_("slug"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    platform = models.CharField(_("platform"), max_length=12, choices=Platform, default=Platform.OTHER)
    currency = models.CharField(_("currency"), max_length=3)
    timezone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "slug"], name="shop_slug_per_merchant")]

    def __str__(self) -> str:
        return self.name
