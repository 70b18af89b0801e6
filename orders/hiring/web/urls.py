"""Merchants' pages at /hiring/, providers' at /desk/leads/."""

from django.urls import path

from orders.hiring.web import leads, matching, needs, open_needs, proposals

merchant_patterns = [
    path("needs/", needs.need_list, name="list"),
    path("needs/export/", needs.export, name="export"),
    path("needs/new/", needs.new, name="new"),
    path("needs/<int:pk>/", needs.detail, name="detail"),
    path("needs/<int:pk>/edit/", needs.edit, name="edit"),
    path("needs/<int:pk>/do/", needs.act, name="act"),
    path("needs/<int:pk>/matches/", matching.matches, name="matches"),
    path("needs/<int:pk>/compare/", proposals.compare, name="compare"),
    path("needs/<int:pk>/compare/export/", proposals.export_comparison, name="export_comparison"),
    path("needs/proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("needs/proposals/<int:pk>/counter/", proposals.counter, name="counter"),
    path("needs/proposals/<int:pk>/do/", proposals.act, name="proposal_act"),
]
provider_patterns = [
    path("", leads.lead_list, name="list"),
    path("export/", leads.export, name="export"),
    path("open/", open_needs.open_list, name="open"),
    path("open/export/", open_needs.export, name="export_open"),
    path("open/<int:pk>/", open_needs.open_need, name="open_need"),
    path("open/<int:pk>/quote/", open_needs.answer, name="apply"),
    path("<int:pk>/", leads.detail, name="detail"),
    path("<int:pk>/quote/", leads.quote, name="quote"),
    path("<int:pk>/do/", leads.act, name="act"),
]
hiring_urls = (merchant_patterns, "hiring")
leads_urls = (provider_patterns, "leads")
