"""Everything that happened with a buyer, from every room: orders, refund requests, claims, offers, messages, links, opting out.

One query a source, whatever the number of rows; the newest of each are shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from aftersales.buyers.models import LinkUse
from aftersales.models import Claim, Payout
from aftersales.programs.presale_balance.models import Enrolment
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.outbox.kinds import UnknownKind, kind_named
from marketplace.outbox.models import Message
from marketplace.ui import formats
from marketplace.ui.kit import Event, Tone
from marketplace.ui.labels import REASONS
from orders.store.models import Buyer, RefundRequest, ShopOrder

#: Rows read of each source.
MOST = 200


@dataclass(frozen=True)
class Happenings:
    """Newest first; `is_cut` says that a source had more rows than are read."""

    events: list[Event]
    is_cut: bool


def happenings(buyer: Buyer) -> Happenings:
    """The whole story of a buyer. Needs the merchant's scope."""
    found = [list(source(buyer)) for source in (_orders, _requests, _claims, _offers, _presales, _messages, _links)]
    events = [event for part in found for event in part] + _consent(buyer)
    events.reverse()  # of one instant, the later step first
    cut = any(len(part) >= MOST for part in found)
    return Happenings(sorted(events, key=lambda event: event.at, reverse=True), cut)


def _newest(rows: Any) -> Any:
    return rows.order_by("-id")[:MOST]


def _orders(buyer: Buyer) -> Iterator[Event]:
    for order in _newest(ShopOrder.objects.filter(merchant_id=buyer.merchant_id, buyer_id=buyer.pk)):
        url = reverse("orders:detail", args=[order.pk])
        steps = (
            (order.placed_at, _("Ordered")),
            (order.deposit_paid_at, _("Deposit paid")),
            (order.balance_paid_at, _("Balance paid")),
            (None if order.deposit_paid_at else order.paid_at, _("Paid")),
            (order.delivered_at, _("Delivered")),
            (order.deposit_refunded_at, _("Deposit refunded")),
        )
        yield from (Event(at=at, title=title, text=order.external_ref, url=url) for at, title in steps if at)


def _requests(buyer: Buyer) -> Iterator[Event]:
    rows = _newest(RefundRequest.objects.filter(merchant_id=buyer.merchant_id, buyer_id=buyer.pk).select_related("sku"))
    for asked in rows:
        words = f"{asked.sku.title or asked.sku.code} × {asked.quantity}"
        if asked.buyer_text:
            words = _("%(goods)s: “%(words)s”") % {"goods": words, "words": asked.buyer_text[:200]}
        yield Event(at=asked.requested_at, title=_("Refund requested"), text=words, tone="warn")
        if asked.closed_at:
            yield Event(at=asked.closed_at, title=_("Refund request closed"), text=asked.get_outcome_display())


def _claims(buyer: Buyer) -> Iterator[Event]:
    claims = Claim.objects.filter(merchant_id=buyer.merchant_id, order__merchant_id=buyer.merchant_id, order__buyer_id=buyer.pk)
    found = list(_newest(claims.select_related("order")))
    payouts = Payout.objects.filter(merchant_id=buyer.merchant_id, claim_id__in=[claim.pk for claim in found])
    paid = {payout.claim_id: payout.settled_at for payout in payouts if payout.state == Payout.State.PAID}
    for claim in found:
        url = reverse("price_protection:claim", args=[claim.pk])
        why = str(REASONS.get(claim.reason, claim.reason))
        if claim.state == Claim.State.REFUSED:
            yield Event(at=claim.created_at, title=_("Claim refused"), text=why, url=url)
            continue
        amount = formats.money(claim.amount, claim.currency)
        held = claim.state == Claim.State.HELD
        title = _("Claim held: %(amount)s") if held else _("Claim granted: %(amount)s")
        yield Event(at=claim.created_at, title=title % {"amount": amount}, text=why, tone="warn" if held else "info", url=url)
        if paid.get(claim.pk):
            yield Event(at=paid[claim.pk], title=_("%(amount)s paid to the buyer") % {"amount": amount}, tone="good", url=url)


def _offers(buyer: Buyer) -> Iterator[Event]:
    rows = _newest(RetentionCase.objects.filter(merchant_id=buyer.merchant_id, buyer_id=buyer.pk))
    for case in rows:
        if case.offer:
            worth = formats.money(case.offer_amount, case.currency) if case.offer_amount else ""
            yield Event(at=case.created_at, title=_("Retention card offered"), text=worth, tone="info")
        if case.answered_at:
            yield Event(at=case.answered_at, title=_("Card answered"), text=case.get_answer_display(), tone="good")


def _presales(buyer: Buyer) -> Iterator[Event]:
    rows = _newest(Enrolment.objects.filter(merchant_id=buyer.merchant_id, buyer_id=buyer.pk).select_related("order"))
    for enrolment in rows:
        url = reverse("orders:detail", args=[enrolment.order_id])
        title = _("Control group of the presale") if enrolment.arm == "holdout" else _("Presale enrolled")
        yield Event(at=enrolment.enrolled_at, title=title, text=enrolment.order.external_ref, url=url)


#: State of a message → how it is told.
MESSAGES: dict[str, Tone] = {"sent": "good", "dropped": "muted", "dead": "bad", "ready": "info", "running": "info"}


def _messages(buyer: Buyer) -> Iterator[Event]:
    rows = _newest(Message.objects.filter(merchant_id=buyer.merchant_id, recipient_id=buyer.pk))
    for message in rows:
        why = str(REASONS.get(message.reason, message.reason)) if message.reason else ""
        text = " · ".join(part for part in (message.get_channel_display(), message.get_state_display(), why) if part)
        at = message.closed_at or message.run_at
        yield Event(at=at, title=_kind(message.kind), text=text, tone=MESSAGES.get(message.state, "muted"))


def _kind(name: str) -> str:
    try:
        return str(kind_named(name).label) or name
    except UnknownKind:
        return name


def _links(buyer: Buyer) -> Iterator[Event]:
    for use in _newest(LinkUse.objects.filter(merchant_id=buyer.merchant_id, buyer_id=buyer.pk)):
        yield Event(at=use.used_at, title=_("Used a link"), text=use.get_purpose_display(), tone="info")


def _consent(buyer: Buyer) -> list[Event]:
    return [Event(at=buyer.opted_out_at, title=_("Opted out of messages"), tone="bad")] if buyer.opted_out_at else []
