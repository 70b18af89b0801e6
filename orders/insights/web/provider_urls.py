"""Mounted at /desk/funnel/."""

from django.urls import path

from orders.insights.web import funnel

app_name = "funnel"
urlpatterns = [path("", funnel.funnel_page, name="home"), path("export/", funnel.funnel_export, name="export")]
