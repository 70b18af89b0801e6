"""The gateways of this site: those named in PAYMENT_GATEWAYS, in that order, each a folder beside this file."""

from functools import cache
from importlib import import_module

from django.conf import settings

from marketplace.kernel.errors import NotFound
from orders.payments.gateways.protocol import Gateway

NAMES = ("sandbox", "bank", "stripe", "wechat", "alipay")


@cache
def _known(name: str) -> Gateway:
    found: Gateway = import_module(f"orders.payments.gateways.{name}.client").gateway()
    return found


def gateway_named(name: str) -> Gateway:
    """A gateway that is switched on. Raises NotFound for any other name."""
    if name not in settings.PAYMENT_GATEWAYS or name not in NAMES:
        raise NotFound("There is no such gateway.")
    return _known(name)


def usable(currency: str = "") -> list[Gateway]:
    """The gateways that are switched on and set up, for a currency or for any."""
    found = [_known(name) for name in settings.PAYMENT_GATEWAYS if name in NAMES]
    return [gateway for gateway in found if (currency in gateway.currencies() if currency else gateway.currencies())]


def label_of(name: str) -> str:
    """What people call a gateway, also one that was switched off since."""
    return str(_known(name).label) if name in NAMES else name
