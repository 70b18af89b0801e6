"""URLs of refund retention."""

from django.urls import path

from aftersales.programs.refund_retention.web import cases, home, ledger

app_name = "refund_retention"
urlpatterns = [
    path("", home.home, name="home"),
    path("preview/", home.preview, name="preview"),
    path("run/", home.run_now, name="run"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/export/", cases.case_export, name="export_cases"),
    path("cases/<int:pk>/", cases.case_detail, name="case"),
    path("cases/<int:pk>/outcome/", cases.outcome, name="outcome"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/export/", ledger.export, name="export_ledger"),
]
