"""Addresses of invoices: merchants at /money/invoices/, providers at /desk/earnings/invoices/ and its own/."""

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.roles import Permission
from orders.invoices.web import asking, lists, pages
from orders.invoices.web.desks import ISSUER, MERCHANT, OWN, Desk, door
from providers.onboarding.uploads import takes_documents


def _pages(desk: Desk) -> list[URLPattern]:
    """What every desk has."""
    return [
        path("", require_safe(door(desk, lists.invoice_list, desk.looks)), name="list"),
        path("export/", require_safe(door(desk, lists.export, Permission.EXPORT)), name="export"),
        path("<int:pk>/", require_safe(door(desk, pages.detail, desk.looks)), name="detail"),
        path("<int:pk>/do/", takes_documents(require_POST(door(desk, pages.do, desk.acts))), name="do"),
        path("papers/<int:pk>/", require_POST(door(desk, pages.paper, desk.looks)), name="paper"),
    ]


def _asking(desk: Desk) -> list[URLPattern]:
    """What only who asks has."""
    both = require_http_methods(["GET", "HEAD", "POST"])
    return [
        path("new/", require_safe(door(desk, asking.choose, desk.acts)), name="choose"),
        path("new/<int:pk>/", both(door(desk, asking.new, desk.acts)), name="new"),
        path("titles/<int:pk>/forget/", require_POST(door(desk, asking.forget, desk.acts)), name="forget"),
    ]


merchant_urls = ([*_pages(MERCHANT), *_asking(MERCHANT)], "invoices")
issuer_urls = (_pages(ISSUER), "fapiao")
own_urls = ([*_pages(OWN), *_asking(OWN)], "own_fapiao")
