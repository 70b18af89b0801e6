"""Reviews on a provider's public page: the mean on every axis with how many marks it comes from, and the reviews."""

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from marketplace.ui.formats import local_date
from orders.reviews.axes import LABELS, shown
from orders.reviews.queries import averages, public_reviews

PER_PAGE = 10


def reviews(request: HttpRequest, provider_id: int) -> SafeString:
    """Three statements whatever there is. `?reviews=2` turns the page."""
    page = Paginator(public_reviews(provider_id), PER_PAGE).get_page(request.GET.get("reviews"))
    context = {
        "page": page,
        "rows": [(row, shown(row.axes), local_date(row.published_at)) for row in page.object_list],
        "means": [(LABELS[code], mean, n) for code, mean, n in averages(provider_id)] if page.paginator.count else [],
    }
    return render_to_string("reviews/panel.html", context, request)
