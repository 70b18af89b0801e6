"""Limits on what programs may spend, and a wish to raise one, which waits for a second person."""

from django.utils import timezone

from aftersales.guards.budgets.operations import set_budget
from aftersales.guards.models import Approval, Budget, Level
from marketplace.tenancy.actor import CLI, Actor
from marketplace.tenancy.scope import scope
from merchants.models import Shop

#: In minor units of the shop's currency.
PER_DAY, PER_BUYER, WISHED = 200_000_00, 3_000_00, 5_000_00


def tell(shop: Shop, colleague: Actor) -> str:
    """A limit per day and per buyer; a colleague asks for a higher one. Once per shop."""
    with scope(shop.merchant_id):
        if Budget.objects.filter(merchant_id=shop.merchant_id).exists():
            return "told before"
    _limit(shop, Level.MERCHANT_DAY, PER_DAY, CLI)
    _limit(shop, Level.BUYER_DAY, PER_BUYER, CLI)
    wish = _limit(shop, Level.BUYER_DAY, WISHED, colleague)
    return "2 limits, 1 approval waiting" if isinstance(wish, Approval) else "2 limits"


def _limit(shop: Shop, level: str, limit: int, by: Actor) -> Budget | Approval:
    return set_budget(
        merchant_id=shop.merchant_id, level=level, program="", currency=shop.currency, limit=limit, alert_percent=80, by=by,
        at=timezone.now(),
    )  # fmt: skip
