"""A link that was used."""

from datetime import timedelta

from aftersales.buyers.links import Link, Purpose
from aftersales.buyers.operations import record_use
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests import cast


def fill(merchant: cast.Merchant, *, at) -> None:
    with scope(merchant.id):
        buyer = Buyer.objects.filter(merchant_id=merchant.id).earliest("id")
        assert record_use(Link(Purpose.OPT_OUT, merchant.id, buyer.pk, buyer.pk, at + timedelta(days=30)))
