"""URLs of the probes; included at the root, without a trailing slash."""

from django.urls import path

from marketplace.health import web

urlpatterns = [
    path("livez", web.livez, name="livez"),
    path("readyz", web.readyz, name="readyz"),
]
