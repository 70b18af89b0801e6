"""Opening the money side of a signed contract, with its fees frozen, and closing it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from orders.escrow.errors import StillHeld
from orders.escrow.matching import waiver_for
from orders.escrow.models import CommissionRule, Component, Deal, FeeLine, OnRefund, Waiver
from orders.escrow.operations.common import note, same
from orders.escrow.queries import held, rule_for
from orders.escrow.states import DEAL


def open_deal(
    *, merchant_id: int, provider_id: int, order_id: int, number: str, title: str, category: str, currency: str, at: datetime,
    by: Actor, tags: Sequence[str] = (),
) -> Deal:  # fmt: skip
    """Open the deal of a service order in the merchant's scope and freeze its fees: once, a second call gives the first deal.

    `tags` are what waivers look at (G4). Raises KeyUsed when the order's deal is with somebody else or in another currency.
    """
    deal, is_new = Deal.objects.get_or_create(
        merchant_id=merchant_id,
        order_id=order_id,
        defaults={
            "provider_id": provider_id, "number": number, "title": title[:200], "category": category, "currency": currency,
            "opened_at": at, "created_by": by.label,
        },
    )  # fmt: skip
    same(deal, provider_id=provider_id, currency=currency)
    if is_new:
        rule = rule_for(category=category, provider_id=provider_id, currency=currency, at=at)
        waiver = waiver_for(Waiver.objects.filter(tag__in=list(tags), is_active=True), tags, at) if tags else None
        FeeLine.objects.bulk_create(_frozen(deal, rule, waiver))
        note(deal, "deal.opened", by, title=deal.title, rule=rule.pk, waiver=waiver.pk if waiver else None)
    return deal


def close_deal(*, deal: Deal, at: datetime, by: Actor) -> Deal:
    """Close a deal that holds nothing any more; later only released money can go back. Closing twice changes nothing.

    Raises StillHeld.
    """
    row = Deal.objects.select_for_update(no_key=True).get(merchant_id=deal.merchant_id, pk=deal.pk)
    if row.state == Deal.State.CLOSED:
        return row
    row.state = after(DEAL, row.state, "close")
    if held(row):
        raise StillHeld(_("Money is still held for this contract. Release it or give it back first."))
    row.closed_at = at
    row.save(update_fields=["state", "closed_at"])
    note(row, "deal.closed", by)
    return row


def lines_of(rule: CommissionRule, waiver: Waiver | None) -> list[FeeLine]:
    """A line per component the rule asks for, unsaved; the service fee's always, so that a deal without fees says so."""
    found = [FeeLine(component=Component.SERVICE, rate=rule.service_rate, least=rule.service_min, most=rule.service_max)]
    if rule.fixed_minor:
        keeps = rule.on_refund == OnRefund.KEEP_FIXED
        found.insert(0, FeeLine(component=Component.FIXED, fixed_minor=rule.fixed_minor, is_kept=keeps))
    if rule.payment_rate or rule.payment_min:
        payment = {"rate": rule.payment_rate, "least": rule.payment_min, "most": rule.payment_max}
        found.append(FeeLine(component=Component.PAYMENT, **payment))
    for line in found:
        line.rule, line.rule_name_zh, line.rule_name_en = rule, rule.name_zh, rule.name_en
        if waiver is not None and (line.component != Component.PAYMENT or waiver.covers_payment):
            line.waiver = waiver
            line.waiver_reason_zh, line.waiver_reason_en = waiver.reason_zh, waiver.reason_en
    return found


def _frozen(deal: Deal, rule: CommissionRule, waiver: Waiver | None) -> list[FeeLine]:
    lines = lines_of(rule, waiver)
    for line in lines:
        line.merchant_id, line.provider_id, line.deal = deal.merchant_id, deal.provider_id, deal
    return lines
