"""Reviews on the public pages: the mean on every axis with how many marks it comes from, and the reviews."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.formats import local_date, number
from orders.reviews.axes import LABELS, shown
from orders.reviews.models import PublicReview
from orders.reviews.queries import PublicPage, public_page
from providers.listings.models import PublicListing

PER_PAGE, ON_LISTING, MOST_PAGES = 10, 3, 1000
ZONE = MARKET_ZONE
NOTHING = mark_safe("")


@dataclass(frozen=True)
class Shown:
    """One review as everybody reads it."""

    review: PublicReview
    axes: list[tuple[object, int]]
    day: str
    #: Words a report took down are shown to nobody.
    text: str


def of_provider(request: HttpRequest, provider_id: int) -> SafeString:
    """One statement whatever there is. `?reviews=2` turns the page."""
    asked = request.GET.get("reviews", "1")
    page = min(max(int(asked), 1), MOST_PAGES) if asked.isdecimal() and len(asked) < 6 else 1
    found = public_page(provider_id, first=(page - 1) * PER_PAGE, limit=PER_PAGE)
    if not found.rows:
        return NOTHING
    turned = Paginator(range(found.total), PER_PAGE).get_page(page)
    return _panel(request, found, {"page": turned, "id": "reviews"})


def of_listing(request: HttpRequest, listing: PublicListing) -> SafeString:
    """What was said of contracts about this very listing; the rest stands on the provider's page. One statement."""
    found = public_page(listing.provider_id, listing_id=listing.listing_id, limit=ON_LISTING)
    return _panel(request, found, {"id": "listing-reviews", "is_listing": True}) if found.rows else NOTHING


def _panel(request: HttpRequest, found: PublicPage, more: dict[str, object]) -> SafeString:
    means = [(LABELS[code], number(mean), n, round(mean * 10)) for code, (mean, n) in sorted(found.means.items(), key=_by_axis)]
    marks = sum(n for _mean, n in found.means.values())
    context = {
        "rows": [_shown(row) for row in found.rows],
        "total": found.total,
        "means": means,
        "mean": number(round(sum(mean * n for mean, n in found.means.values()) / marks, 1)) if marks else "",
        "counted": max((n for _mean, n in found.means.values()), default=0),
        "report_url": reverse("moderation:report"),
        **more,
    }
    return render_to_string("reviews/panel.html", context, request)


def _by_axis(entry: tuple[str, tuple[float, int]]) -> int:
    return list(LABELS).index(entry[0])


def _shown(row: PublicReview) -> Shown:
    return Shown(row, shown(row.axes), local_date(row.published_at, ZONE), "" if row.reason == "staff" else row.text)
