"""Addresses of standing, appeals and reports. Mounted at the root by the composition root."""

from django.urls import path

from providers.moderation.web import reports, standing

app_name = "moderation"
urlpatterns = [
    path("desk/standing/", standing.home, name="standing"),
    path("desk/standing/<int:pk>/appeal/", standing.appeal_penalty, name="appeal"),
    path("desk/appeals/<int:pk>/withdraw/", standing.withdraw, name="withdraw_appeal"),
    path("report/", reports.make, name="report"),
    path("report/sent/", reports.sent, name="reports"),
    path("report/sent/export.csv", reports.export, name="export_reports"),
]
