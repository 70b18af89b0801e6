"""Promising one claim's money to its buyer. A run does the same for all its claims in `claim.sql`. Postings: docs/money.md."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from aftersales.models import Claim, Payout
from marketplace.kernel.errors import UserError
from marketplace.kernel.money import largest_remainder
from marketplace.ledger.models import AccountCode
from marketplace.ledger.operations import open_account, post_transfers
from orders.store.models import OrderTender, ShopOrder

VOUCHER = "voucher"


class NotEnoughLeft(UserError):
    """Refunds since the claim was made have used up what was left of the payment."""


@dataclass(frozen=True)
class Part:
    """Where a part of a claim goes: a means of payment of the order, a voucher, or however the order was paid."""

    amount: int
    method: str = ""
    reference: str = ""
    tender_id: int | None = None


def reserve_claim(*, claim: Claim, at: datetime) -> None:
    """Payouts for a whole claim that has none, split as its policy says. The caller has locked the claim's row.

    Raises NotEnoughLeft.
    """
    require_room(claim)
    if claim.run.settings.get("payout") == VOUCHER:
        reserve_parts(claim=claim, parts=[Part(claim.amount, VOUCHER)], at=at)
        return
    tenders = list(OrderTender.objects.filter(merchant_id=claim.merchant_id, order=claim.order_id).order_by("position"))
    reserve_parts(claim=claim, parts=_split(claim, tenders) if tenders else [Part(claim.amount)], at=at)


def require_room(claim: Claim) -> None:
    """Locks the order. Raises NotEnoughLeft when what was captured no longer covers refunds and all that is claimed."""
    order = ShopOrder.objects.select_for_update().get(merchant_id=claim.merchant_id, pk=claim.order_id)
    owed = Claim.objects.filter(merchant_id=claim.merchant_id, order=claim.order_id).exclude(state=Claim.State.REFUSED)
    promised = owed.aggregate(total=Sum("amount"))["total"] or 0
    if claim.run.settings.get("headroom", True) and promised > order.captured_amount - order.refunded_amount:
        raise NotEnoughLeft(_("Refunds since then have used up what was left of this order's payment."))


def _split(claim: Claim, tenders: list[OrderTender]) -> list[Part]:
    """In proportion to what is left of each means of payment, by largest remainder: the same as `split_over_tenders()`."""
    rooms = [max(t.captured_amount - t.refunded_amount - _promised(t), 0) for t in tenders]
    if claim.amount > sum(rooms):
        raise NotEnoughLeft(_("Refunds since then have used up what was left of this order's payment."))
    shares = zip(tenders, largest_remainder(claim.amount, rooms), strict=True)
    return [Part(share, tender.method, tender.reference, tender.pk) for tender, share in shares if share]


def _promised(tender: OrderTender) -> int:
    """What claims send back by this means; one that failed and was repeated counts once."""
    found = Payout.objects.filter(merchant_id=tender.merchant_id, tender=tender).values_list("claim_id", "amount").distinct()
    return sum(amount for _claim, amount in found)


def reserve_parts(*, claim: Claim, parts: list[Part], at: datetime) -> None:
    """New payouts of a claim, numbered after those it has, and their amounts reserved. The caller has locked the claim's row."""
    known = Payout.objects.filter(merchant_id=claim.merchant_id, claim=claim).count()
    for number, part in enumerate(parts, known + 1):
        Payout.objects.create(
            merchant_id=claim.merchant_id,
            claim=claim,
            amount=part.amount,
            currency=claim.currency,
            tender_id=part.tender_id,
            method=part.method,
            method_ref=part.reference,
            request_id=f"pp-{claim.pk}-{number}",
        )
    post_transfers(
        merchant_id=claim.merchant_id,
        kind="price_protection.reserved",
        currency=claim.currency,
        debit=open_account(merchant_id=claim.merchant_id, currency=claim.currency, code=AccountCode.REFUND_FUNDING),
        credit=open_account(merchant_id=claim.merchant_id, currency=claim.currency, code=AccountCode.REFUNDS_RESERVED, floor=0),
        keys=[f"claim:{claim.pk}:reserved:{known + n}" for n in range(1, len(parts) + 1)],
        amounts=[part.amount for part in parts],
        at=at,
    )


def failed_parts(claim: Claim) -> list[Part]:
    """What failed for good and was not sent again: the newest payout of each means of payment decides."""
    newest = {p.tender_id: p for p in Payout.objects.filter(merchant_id=claim.merchant_id, claim=claim).order_by("id")}
    failed = (payout for payout in newest.values() if payout.state == Payout.State.FAILED)
    return [Part(payout.amount, payout.method, payout.method_ref, payout.tender_id) for payout in failed]
