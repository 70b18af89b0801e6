"""Addresses of a provider's earnings."""

from django.urls import path

from orders.payouts.web import accounts, earnings

app_name = "earnings"
urlpatterns = [
    path("", earnings.home, name="home"),
    path("export.csv", earnings.export, name="export"),
    path("payouts/", earnings.payouts, name="payouts"),
    path("payouts/export.csv", earnings.export_payouts, name="export_payouts"),
    path("account/", accounts.account, name="account"),
    path("account/<int:pk>/confirm/", accounts.confirm, name="confirm_account"),
    path("account/<int:pk>/cancel/", accounts.cancel, name="cancel_account"),
]
