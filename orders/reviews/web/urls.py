"""The same pages for both consoles: merchants at /reviews/, service providers at /desk/reviews/."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.reviews.web import views


def _pages(kind: str) -> list[URLPattern]:
    looks = requires(Permission.VIEW_CONSOLE, kind=kind)
    writes = requires(views.WRITES[kind], kind=kind)
    pages = [
        path("", require_safe(looks(views.review_list)), name="list"),
        path("<int:pk>/", require_safe(looks(views.detail)), name="detail"),
        path("<int:pk>/write/", require_POST(writes(views.write)), name="write"),
    ]
    if kind == "provider":
        pages.append(path("<int:pk>/answer/", require_POST(writes(views.answer)), name="answer"))
    return pages


merchant_urls = (_pages("merchant"), "reviews")
provider_urls = (_pages("provider"), "desk_reviews")
