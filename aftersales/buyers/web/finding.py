"""Buyers in the console's search."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aftersales.buyers.queries import found_buyers
from marketplace.accounts.roles import Permission
from marketplace.ui.finding import Finder, Found


def _find(merchant_id: int, words: str, most: int) -> Sequence[Found]:
    found = found_buyers(merchant_id, words)[:most]
    return [Found(buyer.external_ref, reverse("timeline:detail", args=[buyer.pk])) for buyer in found]


BUYERS = Finder("buyers", _("Buyers"), "user", Permission.VIEW_ORDERS, _find)
