"""Mounted at /money/spend/."""

from django.urls import path

from orders.insights.web import spend

app_name = "spend"
urlpatterns = [path("", spend.spend_page, name="home"), path("export/", spend.spend_export, name="export")]
