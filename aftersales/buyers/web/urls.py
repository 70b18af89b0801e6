"""URLs of buyers' pages: short, because they are printed in text messages."""

from django.urls import path

from aftersales.buyers.web import views

app_name = "buyers"
urlpatterns = [path("<str:token>/", views.page, name="page")]
