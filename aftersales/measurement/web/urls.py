"""A report per measured program: /programs/<name>/report/ and its CSV."""

from django.urls import URLPattern, path

from aftersales.measurement.web import views

app_name = "measurement"
#: Programs whose effect is measured with a control group, and how their addresses name them.
PROGRAMS = {"presale_balance": "presale", "refund_retention": "refund-retention"}


def _of(program: str) -> list[URLPattern]:
    slug, kwargs = PROGRAMS[program], {"program": program}
    return [
        path(f"{slug}/report/", views.report, kwargs, name=program),
        path(f"{slug}/report.csv", views.report_csv, kwargs, name=f"{program}_csv"),
    ]


urlpatterns = [pattern for program in PROGRAMS for pattern in _of(program)]
