"""Addresses of onboarding."""

from django.urls import include, path

from providers.onboarding.web import categories, deposit, documents, home, leaving, steps

onboarding_urls = [
    path("", home.home, name="home"),
    path("submit/", home.submit, name="submit"),
    path("withdraw/", home.withdraw, name="withdraw"),
    path("categories/", categories.home, name="categories"),
    path("categories/choose/", categories.choose, name="choose"),
    path("categories/<int:pk>/", categories.category, name="category"),
    path("categories/<int:pk>/act/", categories.act, name="act"),
    path("documents/<int:pk>/", documents.download, name="document"),
    path("documents/<int:pk>/remove/", documents.remove, name="remove"),
    *(path(f"{name}/", steps.step, {"step": name}, name=name) for name in steps.NAMES),
]
deposit_urls = [
    path("", deposit.home, name="home"),
    path("announce/", deposit.announce, name="announce"),
    path("transfers/<int:pk>/withdraw/", deposit.withdraw, name="withdraw"),
    path("export.csv", deposit.export, name="export"),
]
exit_urls = [
    path("", leaving.home, name="home"),
    path("ask/", leaving.ask, name="ask"),
    path("export/", leaving.export, name="export"),
    path("export/<int:pk>/", leaving.progress, name="progress"),
    path("export/<int:pk>/download/", leaving.download, name="download"),
]
urlpatterns = [
    path("deposit/", include((deposit_urls, "deposit"))),
    path("exit/", include((exit_urls, "exit"))),
    path("onboarding/", include((onboarding_urls, "onboarding"))),
]
