"""The provider's listings. Mounted at /desk/listings/."""

from django.urls import path

from providers.listings.sections import SECTIONS
from providers.listings.web import acts, editor, pages

app_name = "desk_listings"
urlpatterns = [
    path("", pages.listing_list, name="list"),
    path("export/", pages.export, name="export"),
    path("new/", pages.new, name="new"),
    path("<slug:slug>/", pages.detail, name="detail"),
    path("<slug:slug>/do/", acts.act, name="act"),
    path("<slug:slug>/versions/", pages.versions, name="versions"),
    path("<slug:slug>/versions/bring-back/", acts.bring_back, name="bring_back"),
    path("<slug:slug>/preview/", pages.preview, name="preview"),
    path("<slug:slug>/edit/images/add/", editor.upload, name="upload"),
    *(path(f"<slug:slug>/edit/{name}/", editor.section_view(name), name=name) for name in SECTIONS),
]
