"""Giving held money to the provider, less fees, or back to the merchant."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.ledger.models import AccountCode
from marketplace.tenancy.actor import Actor
from orders.escrow.books import CLEARING, INCOME, MARKET, MERCHANT, PROVIDER, Leg, must_post
from orders.escrow.errors import NotEnoughHeld
from orders.escrow.fees import fees_between
from orders.escrow.models import Component, Deal, FeeLine, Hold, Refund, Release
from orders.escrow.operations.common import checked, hold_of, locked, note, same, take
from orders.escrow.payout_hold import available_from
from orders.escrow.queries import fee_lines, terms_of

HELD, WALLET = AccountCode.ESCROW_HELD.value, AccountCode.WALLET.value
PENDING = AccountCode.EARNINGS_PENDING.value


@dataclass(frozen=True)
class PreviewLine:
    """A component of the commission: its label, the rule's name, the reason when it is waived, and what it comes to."""

    code: str
    label: str
    rule: str
    amount: int
    rate: int
    waiver: str


@dataclass(frozen=True)
class Preview:
    """What both sides see before confirming. Minor units; `available_on` is when it can be paid out."""

    gross: int
    lines: list[PreviewLine]
    net: int
    available_on: datetime
    currency: str

    @property
    def fee(self) -> int:
        return self.gross - self.net


def preview_release(deal: Deal, amount: int, at: datetime) -> Preview:
    """What releasing `amount` now would come to, for either side. Changes nothing."""
    lines = fee_lines(deal)
    fees = fees_between([terms_of(line) for line in lines], deal.released, amount) if amount > 0 else [0] * len(lines)
    shown = [
        PreviewLine(line.component, str(Component(line.component).label), line.rule_name, fee, line.rate, line.waiver_reason)
        for line, fee in zip(lines, fees, strict=True)
    ]
    return Preview(amount, shown, amount - sum(fees), available_from(deal.provider_id, at), deal.currency)


def release(*, deal: Deal, hold_key: str, key: str, amount: int, at: datetime, by: Actor) -> Release:
    """Give `amount` of a hold to the provider, less fees; parts are allowed. Once per key.

    Raises NotFound, NotEnoughHeld, KeyUsed.
    """
    checked(amount, key)
    deal = locked(deal, "release")
    row = hold_of(deal, hold_key)
    stored = Release.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()
    if stored is not None:
        same(stored, gross=amount, hold_id=row.pk)
        return stored
    found, legs = _released(deal, row, key, amount, at, by)
    must_post(deal, legs, at)
    return found


def refund(*, deal: Deal, hold_key: str, key: str, amount: int, at: datetime, by: Actor) -> Refund:
    """Give `amount` of a hold back to the merchant's wallet. Once per key. Raises NotFound, NotEnoughHeld, KeyUsed."""
    checked(amount, key)
    deal = locked(deal, "refund")
    row = hold_of(deal, hold_key)
    stored = Refund.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()
    if stored is not None:
        same(stored, amount=amount, hold_id=row.pk)
        return stored
    found, legs = _refunded(deal, row, key, amount, at, by)
    must_post(deal, legs, at)
    return found


def split(
    *, deal: Deal, hold_key: str, key: str, to_provider: int, at: datetime, by: Actor
) -> tuple[Release | None, Refund | None]:
    """Divide all that is left of a hold: `to_provider` is released, the rest goes back. Once per key.

    Raises NotFound, NotEnoughHeld, BadAmount, KeyUsed.
    """
    checked(max(to_provider, 1), key)
    deal = locked(deal, "release")
    row = hold_of(deal, hold_key)
    mine = {"merchant_id": deal.merchant_id, "deal": deal, "key": key}
    released, refunded = Release.objects.filter(**mine).first(), Refund.objects.filter(**mine).first()
    if released is not None or refunded is not None:
        same(released or refunded, hold_id=row.pk)
        same(_Given(released.gross if released else 0), amount=to_provider)
        return released, refunded
    back = row.left - to_provider
    if back < 0 or row.left == 0 or to_provider < 0:
        raise NotEnoughHeld(row.left, deal.currency)
    legs: list[Leg] = []
    if to_provider:
        released, legs = _released(deal, row, key, to_provider, at, by)
    if back:
        refunded, more = _refunded(deal, row, key, back, at, by)
        legs = [*legs, *more]
    must_post(deal, legs, at)
    return released, refunded


@dataclass(frozen=True)
class _Given:
    amount: int


def _released(deal: Deal, row: Hold, key: str, amount: int, at: datetime, by: Actor) -> tuple[Release, list[Leg]]:
    lines = fee_lines(deal)
    fees = fees_between([terms_of(line) for line in lines], deal.released, amount)
    take(deal, row, amount, "released")
    found = Release.objects.create(
        merchant_id=deal.merchant_id, provider_id=deal.provider_id, deal=deal, hold=row, key=key, currency=deal.currency,
        gross=amount, fee=sum(fees), net=amount - sum(fees), pending=amount - sum(fees), before=deal.released,
        lines=[_line(line, fee) for line, fee in zip(lines, fees, strict=True)],
        released_at=at, available_at=available_from(deal.provider_id, at), created_by=by.label,
    )  # fmt: skip
    deal.released += amount
    deal.save(update_fields=["released"])
    note(deal, "release.made", by, key=key, amount=amount, fee=found.fee)
    legs = [
        Leg(MERCHANT, f"release:{key}", "escrow.released", HELD, CLEARING, amount),
        Leg(PROVIDER, f"release:{key}", "escrow.released", CLEARING, PENDING, amount),
    ]
    for line, fee in zip(lines, fees, strict=True):
        named = f"release:{key}:{line.component}", f"fee.{line.component}"
        legs.append(Leg(PROVIDER, *named, PENDING, CLEARING, fee))
        legs.append(Leg(MARKET, *named, CLEARING, INCOME[line.component], fee))
    return found, legs


def _refunded(deal: Deal, row: Hold, key: str, amount: int, at: datetime, by: Actor) -> tuple[Refund, list[Leg]]:
    take(deal, row, amount, "refunded")
    found = Refund.objects.create(
        merchant_id=deal.merchant_id, provider_id=deal.provider_id, deal=deal, hold=row, key=key, amount=amount,
        refunded_at=at, created_by=by.label,
    )  # fmt: skip
    note(deal, "refund.made", by, key=key, amount=amount)
    return found, [Leg(MERCHANT, f"refund:{key}", "escrow.refunded", HELD, WALLET, amount)]


def _line(line: FeeLine, amount: int) -> dict[str, int | str]:
    return {"fee_line": line.pk, "component": line.component, "amount": amount}
