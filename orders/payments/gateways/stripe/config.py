"""Stripe's name, address and secrets (STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRETS)."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAME = "stripe"
LABEL = "Stripe"
TEXT = _("Cards and wallets from abroad, on the page of Stripe.")
ICON = "globe"
#: Stripe keeps a page open for at least half an hour.
MINUTES = 60
API = "https://api.stripe.com"
VERSION = "2024-06-20"
#: Those whose smallest unit is Stripe's as well. ISK and UGX are not: Stripe counts them in hundredths.
CURRENCIES = frozenset("USD EUR GBP HKD JPY SGD AUD CAD CNY".split())
#: A callback older or newer than this is not taken, in seconds.
TOLERANCE = 300


def secret_key() -> str:
    return str(settings.STRIPE["secret_key"])


def webhook_secrets() -> list[str]:
    """Two while one is being replaced."""
    return list(settings.STRIPE["webhook_secrets"])
