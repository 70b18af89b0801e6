"""URLs of the merchant's side: his buyers, and everything that happened with one."""

from django.urls import path

from aftersales.buyers.web import console

app_name = "timeline"
urlpatterns = [path("", console.buyer_list, name="list"), path("<int:pk>/", console.buyer_detail, name="detail")]
