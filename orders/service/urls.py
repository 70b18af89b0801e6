"""Mounted at /services/."""

from django.urls import path

from orders.service.web.cost import cost

app_name = "services"
urlpatterns = [path("cost/", cost, name="cost")]
