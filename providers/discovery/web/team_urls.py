"""Shortlists and saved searches, in two namespaces."""

from django.urls import include, path

from providers.discovery.web import searches, shortlists

shortlist_urls = (
    [
        path("", shortlists.home, name="home"),
        path("add/", shortlists.add, name="add"),
        path("<int:pk>/", shortlists.detail, name="detail"),
        path("<int:pk>/rename/", shortlists.rename, name="rename"),
        path("<int:pk>/delete/", shortlists.delete, name="delete"),
        path("<int:pk>/export/", shortlists.export, name="export"),
        path("items/<int:pk>/drop/", shortlists.drop, name="drop"),
        path("items/<int:pk>/note/", shortlists.note, name="note"),
        path("notes/<int:pk>/drop/", shortlists.drop_note, name="drop_note"),
    ],
    "shortlists",
)
search_urls = (
    [
        path("save/", searches.save, name="save"),
        path("<int:pk>/open/", searches.open_search, name="open"),
        path("<int:pk>/delete/", searches.delete, name="delete"),
    ],
    "searches",
)
urlpatterns = [path("shortlists/", include(shortlist_urls)), path("searches/", include(search_urls))]
