"""Mounted at /contracts/shifts/ for merchants and at /desk/jobs/shifts/ for providers."""

from django.urls import URLPattern, path

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from orders.service.terms import Side
from orders.service.web.side import exports, looks
from orders.shifts.web import views


def _urls(side: Side) -> list[URLPattern]:
    return [
        path("<int:pk>/", looks(side)(views.weeks), name="weeks"),
        path("week/<int:pk>/", looks(side)(views.week), name="week"),
        path("week/<int:pk>/export/", exports(side)(views.week_csv), name="csv"),
    ]


merchant_urls = (
    [
        *_urls("merchant"),
        path("week/<int:pk>/decide/", requires(Permission.HIRE, kind="merchant")(views.decide), name="decide"),
    ],
    "shifts",
)
provider_urls = (
    [
        *_urls("provider"),
        path("<int:pk>/hand-in/", requires(Permission.DELIVER, kind="provider")(views.hand_in), name="hand_in"),
    ],
    "desk_shifts",
)
