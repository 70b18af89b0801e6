"""Mounted at /contracts/outcomes/ for merchants and at /desk/jobs/outcomes/ for providers."""

from django.urls import URLPattern, path

from orders.outcomes.web import offers, views
from orders.outcomes.web.side import exports, looks, looks_and_writes, writes


def _urls(side: str) -> list[URLPattern]:
    found = [
        path("", looks(side)(views.outcome_list), name="list"),
        path("export/", exports(side)(views.export), name="export"),
        path("<int:pk>/", looks(side)(views.outcome), name="outcome"),
        path("<int:pk>/buyers/", exports(side)(views.rows_csv), name="rows_csv"),
        path("for/<int:pk>/", looks_and_writes(side)(offers.offer), name="offer"),
        path("for/<int:pk>/withdraw/", writes(side)(offers.withdraw), name="withdraw"),
    ]
    if side == "merchant":
        found.append(path("<int:pk>/treated/", exports(side)(views.treated_csv), name="treated"))
    return found


merchant_urls = (_urls("merchant"), "outcomes")
provider_urls = (_urls("provider"), "job_outcomes")
