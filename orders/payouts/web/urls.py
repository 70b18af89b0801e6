"""Addresses of a provider's earnings."""

from django.urls import path

from orders.payouts.web import accounts

app_name = "earnings"
urlpatterns = [
    path("account/", accounts.account, name="account"),
    path("account/<int:pk>/confirm/", accounts.confirm, name="confirm_account"),
    path("account/<int:pk>/cancel/", accounts.cancel, name="cancel_account"),
]
