"""Merchants' pages at /hiring/offers/, providers' at /desk/offers/."""

from django.urls import path

from orders.offers.web import pages

offers_urls = (
    [
        path("", pages.received, name="list"),
        path("export/", pages.export_received, name="export"),
        path("refuse/", pages.refuse, name="refuse"),
    ],
    "offers",
)
desk_offers_urls = (
    [
        path("", pages.sent, name="list"),
        path("export/", pages.export_sent, name="export"),
        path("new/", pages.new, name="new"),
        path("<int:pk>/withdraw/", pages.withdraw, name="withdraw"),
    ],
    "desk_offers",
)
