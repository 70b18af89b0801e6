"""The gallery. Mounted by the composition root."""

from django.urls import path

from marketplace.ui.views import gallery

app_name = "ui"
urlpatterns = [path("", gallery, name="gallery")]
