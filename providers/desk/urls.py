"""The provider's home. Mounted at /desk/ by the composition root; the rooms beneath it mount their own addresses."""

from django.urls import path

from providers.desk.web import home

app_name = "desk"
urlpatterns = [path("", home, name="home")]
