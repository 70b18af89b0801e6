"""The same pages for both consoles: merchants at /reviews/, service providers at /desk/reviews/."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.reviews.web import lists, months, views
from orders.reviews.web.side import WRITES


def _pages(kind: str) -> list[URLPattern]:
    looks = requires(Permission.VIEW_CONSOLE, kind=kind)
    writes = requires(WRITES[kind], kind=kind)
    pages = [
        path("", require_safe(looks(lists.review_list)), name="list"),
        path("export/", require_safe(requires(Permission.EXPORT, kind=kind)(lists.export)), name="export"),
        path("<int:pk>/", require_safe(looks(views.detail)), name="detail"),
        path("<int:pk>/write/", require_POST(writes(views.write)), name="write"),
        path("months/<int:pk>/", require_safe(looks(months.month)), name="month"),
    ]
    if kind == "provider":
        return [*pages, path("<int:pk>/answer/", require_POST(writes(views.answer)), name="answer")]
    return [*pages, path("months/<int:pk>/mark/", require_POST(writes(months.mark)), name="mark")]


merchant_urls = (_pages("merchant"), "reviews")
provider_urls = (_pages("provider"), "desk_reviews")
