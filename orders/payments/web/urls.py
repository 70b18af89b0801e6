"""Addresses of payments."""

from django.urls import include, path

from orders.payments.web import backs, callback, paying, sandbox, wallet

money_urls = [
    path("", wallet.home, name="home"),
    path("export.csv", wallet.export, name="export"),
    path("in/", paying.pay_ins, name="pay_ins"),
    path("in/export.csv", paying.export, name="export_pay_ins"),
    path("in/new/", paying.new, name="new"),
    path("in/<int:pk>/", paying.pay_in, name="pay_in"),
    path("in/<int:pk>/open/", paying.open_again, name="open"),
    path("in/<int:pk>/ask/", paying.ask, name="ask"),
    path("in/<int:pk>/give-up/", paying.abandon, name="give_up"),
    path("in/<int:pk>/prove/", paying.prove, name="prove"),
    path("in/<int:pk>/receipt/", paying.receipt, name="receipt"),
    path("proofs/<int:pk>/", paying.proof, name="proof"),
    path("back/", backs.backs, name="backs"),
    path("back/export.csv", backs.export, name="export_backs"),
    path("back/new/", backs.new, name="back_new"),
    path("back/<int:pk>/", backs.pay_back, name="pay_back"),
    path("sandbox/<slug:reference>/", sandbox.sandbox, name="sandbox"),
]
callback_urls = [path("<slug:gateway>/callback/", callback.callback, name="callback")]
urlpatterns = [
    path("money/", include((money_urls, "money"))),
    path("payments/", include((callback_urls, "payments"))),
]
