"""How often a service was looked at: one row per listing, day and way there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel


class Way(models.TextChoices):
    """How somebody came to a listing's page."""

    HOME = "home", _("Home page")
    SEARCH = "search", _("Search")
    COMPARE = "compare", _("Comparison or shortlist")
    PROVIDER = "provider", _("Provider's page")
    OUTSIDE = "outside", pgettext_lazy("way to a listing", "From elsewhere")


class ListingViews(ProviderModel):
    """Views of a listing's page on one day of the market (Asia/Shanghai), without robots and the provider's own people."""

    listing_id = models.BigIntegerField(_("listing"))
    day = models.DateField(_("day"))
    way = models.CharField(_("way"), max_length=10, choices=Way)
    views = models.IntegerField(_("views"), default=0)

    class Meta:
        verbose_name = _("views of a listing")
        verbose_name_plural = _("views of listings")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "listing_id", "day", "way"], name="listing_views_once"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="listing_views_way"),
            models.CheckConstraint(condition=Q(views__gte=0), name="listing_views_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day} {self.way}"


class Liquidity(ListingViews):
    """How well the market fills needs: a page of the administration, not a table."""

    class Meta:
        proxy = True
        verbose_name = _("liquidity")
        verbose_name_plural = _("liquidity")
