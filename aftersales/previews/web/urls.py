"""Previews on history: a page per program, and one per forecast."""

from django.urls import URLPattern, path

from aftersales.previews.web import views

app_name = "previews"
#: How addresses name the programs.
SLUGS = {"price_protection": "price-protection", "presale_balance": "presale", "refund_retention": "refund-retention"}


def _of(program: str) -> URLPattern:
    return path(f"{SLUGS[program]}/history/", views.home, {"program": program}, name=program)


urlpatterns = [
    *(_of(program) for program in SLUGS),
    path("history/<int:pk>/", views.forecast, name="detail"),
    path("history/<int:pk>.csv", views.forecast_csv, name="csv"),
]
