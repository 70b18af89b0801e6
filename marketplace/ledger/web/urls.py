"""URLs of the ledger."""

from django.urls import path

from marketplace.ledger.web import views

app_name = "ledger"
urlpatterns = [path("", views.home, name="home")]
