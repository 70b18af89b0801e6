"""A presale order that is enrolled, with a touch that was not sent."""

from datetime import UTC, datetime, timedelta

from aftersales.models import ProgramRun
from aftersales.programs.policies import save_policy
from aftersales.programs.presale_balance.models import Enrolment, Touch
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer, ShopOrder
from tests import cast

AT = datetime(2026, 3, 1, tzinfo=UTC)


def fill(merchant: cast.Merchant) -> int:
    """The id of the enrolment."""
    with scope(merchant.id):
        save_policy(
            merchant_id=merchant.id, program=program_named("presale_balance"), settings={}, automatic=False, by=CLI, at=AT
        )
        run = ProgramRun.objects.filter(merchant_id=merchant.id).earliest("id")
        buyer = Buyer.objects.filter(merchant_id=merchant.id).earliest("id")
        window = {"opens_at": AT, "closes_at": AT + timedelta(days=1)}
        common = {
            "merchant_id": merchant.id,
            "run": run,
            "buyer": buyer,
            "policy_version": 1,
            "activity": f"{merchant.slug}-1111",
        }
        enrolment = Enrolment.objects.create(
            **common, **window, order=ShopOrder.objects.filter(merchant_id=merchant.id).earliest("id"), shop=merchant.shop,
            arm="treatment", state="expired", enrolled_at=AT, changed_at=AT,
        )  # fmt: skip
        Touch.objects.create(
            **common, **window, enrolment=enrolment, step=1, channel="email", nominal_at=AT, due_at=AT, state="dropped",
            reason="late",
        )  # fmt: skip
        return enrolment.pk
