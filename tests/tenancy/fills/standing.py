"""A standing service paid per shift, with autopay: permitted, one invoice paid, one waiting for its next try."""

from datetime import timedelta

from marketplace.tenancy.scope import scope
from orders.payments.models import Autopay, AutopayInvoice
from orders.service.terms import RecurringTerms, Terms, UnitTerms
from tests import cast
from tests.tenancy.fills.work import NOW, _bare, _later


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """Under way, with nothing due: the sweep of another merchant would find nothing to do."""
    name = f"{merchant.slug} and {provider.slug}"
    terms = Terms(
        name, "store-operation", "seat_shift", "CNY", scope=name, recurring=RecurringTerms(0), units=UnitTerms("shift", 10_00, 10)
    )
    with scope(merchant.id):
        order = _bare(merchant, provider, "active", agreed=terms)
        permission = Autopay.objects.create(
            merchant_id=merchant.id, kind="contract", subject_id=order.pk, currency="CNY", limit=100_00, authorised_at=NOW,
            authorised_by=merchant.slug,
        )  # fmt: skip
        common = {"merchant_id": merchant.id, "autopay": permission, "amount": 100_00, "period": NOW.date(), "first_at": NOW}
        AutopayInvoice.objects.create(**common, invoice_id=1, title=f"{name} first", state="paid", tries=1, closed_at=NOW)
        waiting = AutopayInvoice.objects.create(
            **common, invoice_id=2, title=f"{name} second", tries=1, reason="short", next_at=_later() + timedelta(days=1)
        )
    return {"standing_order": order.pk, "autopay": permission.pk, "autopay_invoice": waiting.pk}
