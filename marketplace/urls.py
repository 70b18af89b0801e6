"""Every URL of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from aftersales.api import requests as requests_api
from aftersales.api import views as aftersales_api
from aftersales.web.dashboard import dashboard
from aftersales.web.urls import ledger_urls, programs_urls
from marketplace.ui.console import console
from marketplace.ui.find import find
from orders.disputes.web.urls import merchant_urls as dispute_urls
from orders.disputes.web.urls import provider_urls as desk_dispute_urls
from orders.hiring.web.urls import hiring_urls, leads_urls
from orders.invoices.web.urls import issuer_urls, own_urls
from orders.invoices.web.urls import merchant_urls as invoice_urls
from orders.offers.web.urls import desk_offers_urls, offers_urls
from orders.outcomes.web.urls import merchant_urls as outcome_urls
from orders.outcomes.web.urls import provider_urls as job_outcome_urls
from orders.reviews.web.urls import merchant_urls as review_urls
from orders.reviews.web.urls import provider_urls as desk_review_urls
from orders.rooms.web.urls import merchant_urls as talk_urls
from orders.rooms.web.urls import provider_urls as desk_talk_urls
from orders.shifts.web.urls import merchant_urls as shift_urls
from orders.shifts.web.urls import provider_urls as job_shift_urls
from orders.store.api import views as store_api
from providers.discovery.api import views as market_api
from providers.profiles.web.urls import answer_urls
from providers.profiles.web.urls import desk_urls as profile_urls
from providers.scorecards.web.urls import desk_urls as score_urls
from providers.scorecards.web.urls import public_urls as levels_urls

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "商伴 Shangban"

api_urls = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("orders/", store_api.OrdersView.as_view(), name="orders"),
    path("orders/<int:pk>/", store_api.OrderView.as_view(), name="order"),
    path("orders/<int:pk>/claim/", aftersales_api.OrderClaimView.as_view(), name="order_claim"),
    path("refund-requests/", requests_api.RefundRequestsDecidedView.as_view(), name="refund_requests"),
    path("refund-requests/<int:pk>/outcome/", requests_api.OutcomeView.as_view(), name="outcome"),
    path("replies/", requests_api.RepliesView.as_view(), name="replies"),
    path("claims/", aftersales_api.ClaimsView.as_view(), name="claims"),
    path("listings/", market_api.ListingsView.as_view(), name="listings"),
    path("providers/", market_api.ProvidersView.as_view(), name="providers"),
    path("categories/", market_api.CategoriesView.as_view(), name="categories"),
    path("suggestions/", market_api.SuggestionsView.as_view(), name="suggestions"),
]
urlpatterns = [
    path("", include("providers.discovery.web.urls")),
    path("", include("providers.discovery.web.team_urls")),
    path("console/", console, name="console"),
    path("find/", find, name="find"),
    path("dashboard/", dashboard, name="dashboard"),
    path("", include("marketplace.health.urls")),
    path("", include("orders.store.web.urls")),
    path("programs/", include(programs_urls)),
    path("programs/price-protection/", include("aftersales.web.urls")),
    path("guards/", include("aftersales.guards.web.urls")),
    path("programs/presale/", include("aftersales.programs.presale_balance.web.urls")),
    path("programs/", include("aftersales.measurement.web.urls")),
    path("programs/", include("aftersales.previews.web.urls")),
    path("programs/refund-retention/", include("aftersales.programs.refund_retention.web.urls")),
    path("programs/refund-retention/labels/", include("aftersales.programs.refund_retention.intents.web.urls")),
    path("messages/", include("marketplace.outbox.web.urls")),
    path("ledger/", include(ledger_urls)),
    path("buyers/", include("aftersales.buyers.web.timeline_urls")),
    path("settings/keys/", include("marketplace.api.web.urls")),
    path("api/v1/", include((api_urls, "api"))),
    path("desk/", include("providers.desk.urls")),
    path("", include("providers.moderation.web.urls")),
    path("desk/", include(profile_urls)),
    path("desk/", include(score_urls)),
    path("", include(levels_urls)),
    path("cases/", include(answer_urls)),
    path("disputes/", include(dispute_urls)),
    path("desk/disputes/", include(desk_dispute_urls)),
    path("reviews/", include(review_urls)),
    path("desk/reviews/", include(desk_review_urls)),
    path("talks/", include(talk_urls)),
    path("desk/talks/", include(desk_talk_urls)),
    path("desk/listings/", include("providers.listings.web.urls")),
    path("desk/", include("providers.onboarding.web.urls")),
    path("money/invoices/", include(invoice_urls)),
    path("desk/earnings/invoices/own/", include(own_urls)),
    path("desk/earnings/invoices/", include(issuer_urls)),
    path("desk/earnings/", include("orders.payouts.web.urls")),
    path("", include("orders.payments.web.urls")),
    path("contracts/outcomes/", include(outcome_urls)),
    path("desk/jobs/outcomes/", include(job_outcome_urls)),
    path("contracts/shifts/", include(shift_urls)),
    path("desk/jobs/shifts/", include(job_shift_urls)),
    path("services/", include("orders.service.urls")),
    path("hiring/offers/", include(offers_urls)),
    path("desk/offers/", include(desk_offers_urls)),
    path("hiring/", include(hiring_urls)),
    path("desk/leads/", include(leads_urls)),
    path("", include("orders.service.web.urls")),
    path("b/", include("aftersales.buyers.web.urls")),
    path("money/spend/", include("orders.insights.web.merchant_urls")),
    path("desk/funnel/", include("orders.insights.web.provider_urls")),
    path("gallery/", include("marketplace.ui.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("marketplace.accounts.web.urls")),
    path("files/", include("marketplace.files.urls")),
]
