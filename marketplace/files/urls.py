from django.urls import path

from marketplace.files.views import image

urlpatterns = [path("images/<str:key>-<int:width>.webp", image, name="image")]
