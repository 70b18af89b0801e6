"""URLs of the programs."""

from django.urls import path

from aftersales.web import ledger, overview, owed, views

app_name = "price_protection"
urlpatterns = [
    path("", views.home, name="home"),
    path("preview/", views.preview, name="preview"),
    path("run/", views.run_now, name="run"),
    path("report/", owed.report, name="report"),
    path("report.csv", owed.report_csv, name="report_csv"),
    path("claims/<int:pk>/", views.claim_detail, name="claim"),
    path("claims/<int:pk>/decide/", views.decide, name="decide"),
    path("orders/<int:pk>/claim/", views.claim_order, name="claim_order"),
]
ledger_urls = ([path("", ledger.home, name="home"), path("export/", ledger.export, name="export")], "ledger")
programs_urls = ([path("", overview.home, name="home")], "programs")
