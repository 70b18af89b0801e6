"""Addresses of a provider's earnings."""

from django.urls import path

from orders.payouts.web import accounts, earnings, statements

app_name = "earnings"
urlpatterns = [
    path("", earnings.home, name="home"),
    path("export.csv", earnings.export, name="export"),
    path("payouts/", earnings.payouts, name="payouts"),
    path("payouts/slips/<int:pk>/", earnings.slip, name="slip"),
    path("payouts/export.csv", earnings.export_payouts, name="export_payouts"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/statement.pdf", statements.statement_pdf, name="statement_pdf"),
    path("statements/<int:pk>/statement.csv", statements.statement_csv, name="statement_csv"),
    path("account/", accounts.account, name="account"),
    path("account/<int:pk>/confirm/", accounts.confirm, name="confirm_account"),
    path("account/<int:pk>/cancel/", accounts.cancel, name="cancel_account"),
]
