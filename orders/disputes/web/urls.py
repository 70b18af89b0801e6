"""The same pages for both consoles: merchants at /disputes/, service providers at /desk/disputes/."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.disputes.web import views
from orders.disputes.web.views import WRITES


def _pages(kind: str) -> list[URLPattern]:
    looks = requires(Permission.VIEW_CONSOLE, kind=kind)
    writes = requires(WRITES[kind], kind=kind)
    both = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path("", require_safe(looks(views.dispute_list)), name="list"),
        path("export/", require_safe(requires(Permission.EXPORT, kind=kind)(views.export)), name="export"),
        path("open/<int:pk>/", both(writes(views.opening)), name="open"),
        path("<int:pk>/", require_safe(looks(views.detail)), name="detail"),
        path("<int:pk>/do/", require_POST(writes(views.do)), name="do"),
        path("<int:pk>/share/", require_safe(looks(views.preview)), name="share"),
    ]


merchant_urls = (_pages("merchant"), "disputes")
provider_urls = (_pages("provider"), "desk_disputes")
