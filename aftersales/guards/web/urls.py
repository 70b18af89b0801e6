"""URLs of the guards."""

from django.urls import path

from aftersales.guards.web import approvals, budgets, cases, holds, switch

app_name = "guards"
urlpatterns = [
    path("holds/", holds.home, name="holds"),
    path("holds/decide/", holds.decide, name="decide_holds"),
    path("holds/products/<int:pk>/release/", holds.release_product, name="release_product"),
    path("holds/breakers/<int:pk>/close/", holds.close_breaker, name="close_breaker"),
    path("approvals/", approvals.home, name="approvals"),
    path("approvals/<int:pk>/decide/", approvals.decide, name="decide_approval"),
    path("approvals/<int:pk>/cancel/", approvals.cancel, name="cancel_approval"),
    path("budgets/", budgets.home, name="budgets"),
    path("budgets/settings/", budgets.save_settings, name="save_settings"),
    path("budgets/alerts/seen/", budgets.see, name="see_alerts"),
    path("reconciliation/", cases.home, name="cases"),
    path("reconciliation/compare/", cases.compare_now, name="compare_now"),
    path("reconciliation/export.csv", cases.export, name="export_cases"),
    path("reconciliation/<int:pk>/", cases.detail, name="case"),
    path("reconciliation/<int:pk>/settle/", cases.settle, name="settle_case"),
    path("stop/", switch.switch, name="switch"),
]
