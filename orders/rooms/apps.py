from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    name = "orders.rooms"
    label = "workrooms"
    verbose_name = _("Work rooms")
