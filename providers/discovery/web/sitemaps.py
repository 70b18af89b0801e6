"""What search engines may read, and where they find it."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from providers.catalogue.models import Category
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider

#: Consoles, personal pages and addresses that only lead to others.
PRIVATE = (
    "/accounts/", "/admin/", "/b/", "/buyers/", "/console/", "/compare/", "/dashboard/", "/desk/", "/find/", "/guards/",
    "/imports/", "/ledger/", "/messages/", "/orders/", "/programs/", "/searches/", "/settings/", "/shortlists/", "/skus/",
)  # fmt: skip


class Fixed(Sitemap):  # type: ignore[type-arg]
    """The home page and the search."""

    def items(self) -> list[str]:
        return ["market:home", "market:search"]

    def location(self, item: str) -> str:
        return reverse(item)


class Categories(Sitemap):  # type: ignore[type-arg]
    def items(self) -> QuerySet[Category]:
        return Category.objects.filter(is_active=True).order_by("pk")

    def location(self, item: Category) -> str:
        return reverse("market:category", args=[item.slug])


class Listings(Sitemap):  # type: ignore[type-arg]
    limit = 10_000

    def items(self) -> QuerySet[PublicListing]:
        return PublicListing.objects.only("pk", "slug", "updated_at").order_by("pk")

    def location(self, item: PublicListing) -> str:
        return reverse("market:listing", args=[item.slug])

    def lastmod(self, item: PublicListing) -> datetime:
        return item.updated_at


class Providers(Sitemap):  # type: ignore[type-arg]
    limit = 10_000

    def items(self) -> QuerySet[PublicProvider]:
        return PublicProvider.objects.only("pk", "slug", "published_at").order_by("pk")

    def location(self, item: PublicProvider) -> str:
        return reverse("market:provider", args=[item.slug])

    def lastmod(self, item: PublicProvider) -> datetime:
        return item.published_at


SITEMAPS = {"pages": Fixed, "categories": Categories, "listings": Listings, "providers": Providers}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('market:sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
