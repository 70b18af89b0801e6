"""WeChat Pay's name, address and secrets (WECHAT_*). Only CNY."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAME = "wechat"
LABEL = _("WeChat Pay")
TEXT = _("Scan a code with WeChat on your phone.")
ICON = "check-circle"
MINUTES = 60
API = "https://api.mch.weixin.qq.com"
#: A callback older or newer than this is not taken, in seconds.
TOLERANCE = 300


def value(name: str) -> str:
    return str(settings.WECHAT_PAY[name])


def is_set_up() -> bool:
    return all(settings.WECHAT_PAY.values())
