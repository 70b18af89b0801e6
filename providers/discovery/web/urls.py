"""The market's public pages. Mounted at the root by the composition root."""

from django.urls import path

from providers.discovery.web.home import home

app_name = "market"
urlpatterns = [path("", home, name="home")]
