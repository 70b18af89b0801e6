"""An experiment with one buyer in it, and a forecast that waits."""

from datetime import UTC, date, datetime

from aftersales.measurement.models import Arm, Assignment
from aftersales.measurement.operations import current_experiment
from aftersales.previews.operations import ask_forecast
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests.cast import Merchant

AT = datetime(2026, 3, 1, tzinfo=UTC)


def fill(merchant: Merchant) -> int:
    """The experiment's id."""
    opened = current_experiment(merchant_id=merchant.id, program="presale_balance", holdout_ppm=200_000, by=CLI, at=AT)
    with scope(merchant.id):
        buyer = Buyer.objects.filter(merchant_id=merchant.id).earliest("id")
        Assignment.objects.create(merchant_id=merchant.id, experiment=opened, buyer=buyer, arm=Arm.TREATMENT, eligible_at=AT)
    return opened.pk


def ask(merchant: Merchant) -> int:
    """A forecast nobody has computed yet; returns its id."""
    asked = ask_forecast(
        merchant_id=merchant.id,
        program="price_protection",
        shop=merchant.shop,
        settings={},
        since=date(2026, 3, 1),
        until=date(2026, 3, 6),
        margin_percent=30,
        by=CLI,
        at=datetime(2026, 3, 7, tzinfo=UTC),
    )
    return asked.pk
