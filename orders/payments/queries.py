"""Reading payments. Every query names the merchant, on top of row-level security."""

from datetime import date, datetime

from django.db import connection
from django.db.models import F, QuerySet, Sum

from marketplace.kernel.errors import NotFound
from orders.payments.models import Autopay, AutopayInvoice, GatewayNotice, PayBack, PayIn, PayInProof, PaymentCase
from orders.payments.states import OPEN, CaseState, PayInState


def access_pay_in(*, organization_id: int, pk: int) -> PayIn:
    """One payment in. Raises NotFound for a foreign one as for none."""
    found = PayIn.objects.filter(merchant_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def access_proof(*, organization_id: int, pk: int) -> PayInProof:
    """One uploaded paper. Raises NotFound."""
    found = PayInProof.objects.filter(merchant_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such paper.")
    return found


def access_pay_back(*, organization_id: int, pk: int) -> PayBack:
    """One payment back, with its payment in. Raises NotFound."""
    found = PayBack.objects.select_related("pay_in").filter(merchant_id=organization_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def pay_ins(merchant_id: int) -> QuerySet[PayIn]:
    """Payments in, newest first."""
    return PayIn.objects.filter(merchant_id=merchant_id).order_by("-id")


def waiting(merchant_id: int) -> QuerySet[PayIn]:
    """Those that still expect money, the first to expire first."""
    return PayIn.objects.filter(merchant_id=merchant_id, state__in=OPEN).order_by("expires_at", "id")


def pay_backs(merchant_id: int) -> QuerySet[PayBack]:
    """Payments back, newest first, with their payment in."""
    return PayBack.objects.filter(merchant_id=merchant_id).select_related("pay_in").order_by("-id")


def returnable(merchant_id: int, currency: str) -> QuerySet[PayIn]:
    """Payments some of which can still be sent back to where it came from, newest first."""
    found = PayIn.objects.filter(merchant_id=merchant_id, currency=currency, state=PayInState.SUCCEEDED)
    return found.filter(paid_amount__gt=F("returned_amount")).order_by("-id")


def proofs_of(pay_in: PayIn) -> QuerySet[PayInProof]:
    return PayInProof.objects.filter(merchant_id=pay_in.merchant_id, pay_in_id=pay_in.pk).order_by("-id")


def notices_of(pay_in: PayIn) -> QuerySet[GatewayNotice]:
    """What the payment company said about a payment, in order."""
    return GatewayNotice.objects.filter(merchant_id=pay_in.merchant_id, reference=pay_in.reference).order_by("id")


def open_cases(merchant_id: int) -> QuerySet[PaymentCase]:
    return PaymentCase.objects.filter(merchant_id=merchant_id, state=CaseState.OPEN).select_related("pay_in").order_by("id")


def autopay_of(merchant_id: int, kind: str, subject_id: int) -> Autopay | None:
    """The permission to pay a subject's invoices, whether it is on or stopped."""
    return Autopay.objects.filter(merchant_id=merchant_id, kind=kind, subject_id=subject_id).first()


def invoices_of(autopay: Autopay) -> QuerySet[AutopayInvoice]:
    """What autopay did, newest first, with the payments it began."""
    found = AutopayInvoice.objects.filter(merchant_id=autopay.merchant_id, autopay_id=autopay.pk)
    return found.select_related("pay_in").order_by("-first_at", "-id")


def spent_by_autopay(autopay: Autopay, period: date) -> int:
    """What was paid by itself for one period, in minor units."""
    rows = AutopayInvoice.objects.filter(
        merchant_id=autopay.merchant_id, autopay_id=autopay.pk, period=period, state="paid"
    )  # fmt: skip
    return rows.aggregate(total=Sum("amount"))["total"] or 0


def locate(gateway: str, reference: str) -> tuple[int, int, int | None] | None:
    """Whose payment a reference is: (merchant, payment in, payment back or None). Needs no scope; tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id, pay_in_id, pay_back_id FROM payments_locate(%s, %s)", [gateway, reference])
        found = cursor.fetchone()
    return (int(found[0]), int(found[1]), found[2]) if found else None


def locate_transaction(gateway: str, transaction: str) -> tuple[int, int, None] | None:
    """Whose payment a company's own number is: (merchant, payment in, None). Needs no scope; tells ids only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT merchant_id, pay_in_id FROM payments_locate_transaction(%s, %s)", [gateway, transaction])
        found = cursor.fetchone()
    return (int(found[0]), int(found[1]), None) if found else None


def merchants_with_open_payments(now: datetime) -> list[int]:
    """Merchants with a payment that is due to be looked up or to expire, or whose money is not used yet (system role)."""
    due = PayIn.objects.using("system").filter(state__in=OPEN)
    unused = PayIn.objects.using("system").filter(state=PayInState.SUCCEEDED, use="waiting", settled_at__lt=now)
    found = due.values_list("merchant_id").union(unused.values_list("merchant_id"))
    return sorted(row[0] for row in found)


def merchants_with_pay_backs(now: datetime) -> list[int]:
    """Merchants with a payment back that is due to be sent or looked up (system role)."""
    due = PayBack.objects.using("system").filter(state__in=["requested", "submitted"], next_at__lte=now)
    return sorted(due.values_list("merchant_id", flat=True).distinct())
