"""Every URL of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from aftersales.web.dashboard import dashboard
from aftersales.web.urls import ledger_urls

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "商伴 Shangban"

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("", include("marketplace.health.urls")),
    path("", include("orders.store.web.urls")),
    path("programs/price-protection/", include("aftersales.web.urls")),
    path("ledger/", include(ledger_urls)),
    path("b/", include("aftersales.buyers.web.urls")),
    path("gallery/", include("marketplace.ui.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
