"""Alipay's name, address and secrets (ALIPAY_*). Only CNY."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAME = "alipay"
LABEL = _("Alipay")
TEXT = _("On the page of Alipay, by account or by scanning.")
ICON = "check-circle"
MINUTES = 60
API = "https://openapi.alipay.com/gateway.do"
#: Alipay writes and reads times of Beijing.
ZONE = ZoneInfo("Asia/Shanghai")
TIME = "%Y-%m-%d %H:%M:%S"


def value(name: str) -> str:
    return str(settings.ALIPAY[name])


def is_set_up() -> bool:
    return all(settings.ALIPAY.values())
