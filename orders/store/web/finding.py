"""Orders and products in the console's search: by the beginning of their number or code."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.roles import Permission
from marketplace.ui.finding import Finder, Found
from orders.store.queries import orders, skus
from orders.store.web.filters import LAST, code_like


def _orders(merchant_id: int, words: str, most: int) -> Sequence[Found]:
    found = orders(merchant_id).filter(external_ref__gte=words, external_ref__lt=words + LAST).order_by("external_ref")
    return [Found(order.external_ref, reverse("orders:detail", args=[order.pk]), order.shop.name) for order in found[:most]]


def _skus(merchant_id: int, words: str, most: int) -> Sequence[Found]:
    found = skus(merchant_id).filter(code_like(words)).order_by("code")
    return [Found(sku.code, reverse("skus:detail", args=[sku.pk]), sku.title) for sku in found[:most]]


FINDERS = (
    Finder("orders", _("Orders"), "orders", Permission.VIEW_ORDERS, _orders),
    Finder("skus", _("SKUs"), "tag", Permission.VIEW_ORDERS, _skus),
)
