"""The market's public pages. Mounted at the root by the composition root."""

from django.contrib.sitemaps import views as sitemaps
from django.urls import path

from providers.discovery.web.compare import compare
from providers.discovery.web.home import home
from providers.discovery.web.listing import listing
from providers.discovery.web.provider import provider
from providers.discovery.web.search import search_page
from providers.discovery.web.sitemaps import SITEMAPS, robots

app_name = "market"
urlpatterns = [
    path("", home, name="home"),
    path("market/", search_page, name="search"),
    path("market/<slug:slug>/", search_page, name="category"),
    path("listings/<slug:slug>/", listing, name="listing"),
    path("providers/<slug:slug>/", provider, name="provider"),
    path("compare/", compare, name="compare"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "market:sitemap_part"}, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap_part"),
]
