"""What the pages share."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import Actor, person
from marketplace.ui.kit import Tab

ZONE = MARKET_ZONE


def actor(request: HttpRequest) -> Actor:
    return person(request.user.pk)


def tabs(current: str) -> list[Tab]:
    """The pages of earnings."""
    names = (("home", _("By order")), ("payouts", pgettext("earnings", "Payouts")), ("statements", _("Statements")))
    return [Tab(label, reverse(f"earnings:{name}"), name == current) for name, label in names]
