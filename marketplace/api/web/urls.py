"""URLs of the page of keys."""

from django.urls import path

from marketplace.api.web import views

app_name = "keys"
urlpatterns = [path("", views.home, name="home"), path("<int:pk>/revoke/", views.revoke, name="revoke")]
