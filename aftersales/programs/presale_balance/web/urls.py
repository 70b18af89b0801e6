"""URLs of presale reminders."""

from django.urls import path

from aftersales.programs.presale_balance.web import enrolments, views

app_name = "presale_balance"
urlpatterns = [
    path("", views.home, name="home"),
    path("preview/", views.preview, name="preview"),
    path("run/", views.run_now, name="run"),
    path("switch/", views.switch, name="switch"),
    path("orders/", enrolments.enrolment_list, name="list"),
    path("orders/export/", enrolments.enrolment_export, name="export"),
    path("orders/<int:pk>/", enrolments.enrolment_detail, name="detail"),
]
