"""Taking released money back, also after it was paid out: then the provider owes it (P1, G6)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ledger.models import AccountCode
from marketplace.tenancy.actor import Actor
from orders.escrow.books import CLEARING, INCOME, MARKET, MERCHANT, PROVIDER, Leg, must_post
from orders.escrow.errors import NotEnoughHeld
from orders.escrow.fees import given_back
from orders.escrow.listeners import announce_reversed
from orders.escrow.models import Deal, Release, Reversal
from orders.escrow.operations.common import checked, locked, note, same
from orders.escrow.queries import fee_lines

WALLET, PENDING, EARNINGS = (
    AccountCode.WALLET.value,
    AccountCode.EARNINGS_PENDING.value,
    AccountCode.EARNINGS.value,
)


@dataclass(frozen=True)
class _Plan:
    """What a reversal comes to: fees given back per line, and where the provider's part is taken from."""

    lines: list[tuple[int, str, int]]
    from_pending: int
    from_earnings: int

    @property
    def fee_back(self) -> int:
        return sum(amount for _line, _component, amount in self.lines)


@dataclass(frozen=True)
class ReversalPreview:
    """Minor units: the merchant gets `amount`, of which the market gives `fee_back` and the provider the rest."""

    amount: int
    fee_back: int
    from_pending: int
    from_earnings: int


def preview_reversal(deal: Deal, release_key: str, amount: int) -> ReversalPreview:
    """What taking `amount` of a release back would come to. Changes nothing. Raises NotFound, NotEnoughHeld."""
    row = Release.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=release_key).first()
    plan = _plan(deal, _known(row), amount)
    return ReversalPreview(amount, plan.fee_back, plan.from_pending, plan.from_earnings)


def reverse(*, deal: Deal, release_key: str, key: str, amount: int, ruling: str, at: datetime, by: Actor) -> Reversal:
    """Give `amount` of a release back to the merchant's wallet, by a ruling or an agreement. Once per key.

    Taken from what is pending of this release, the rest from the provider's earnings, which may fall below zero. Commission is
    given back as the rule says. Raises NotFound, NotEnoughHeld when less was released and not yet taken back, KeyUsed.
    """
    checked(amount, key)
    deal = locked(deal, "reverse")
    found = Release.objects.select_for_update(no_key=True).filter(merchant_id=deal.merchant_id, deal=deal, key=release_key)
    row = _known(found.first())
    stored = Reversal.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()
    if stored is not None:
        same(stored, amount=amount, release_id=row.pk)
        return stored
    plan = _plan(deal, row, amount)
    into = PENDING if row.state == Release.State.PENDING else EARNINGS
    made = Reversal.objects.create(
        merchant_id=deal.merchant_id, provider_id=deal.provider_id, deal=deal, release=row, key=key, amount=amount,
        fee_back=plan.fee_back, from_pending=plan.from_pending, from_earnings=plan.from_earnings, ruling=ruling[:80],
        lines=[{"fee_line": pk, "component": component, "amount": fee} for pk, component, fee in plan.lines],
        reversed_at=at, created_by=by.label,
    )  # fmt: skip
    row.reversed += amount
    row.pending += (plan.fee_back if into == PENDING else 0) - plan.from_pending
    row.save(update_fields=["reversed", "pending"])
    note(deal, "release.reversed", by, key=key, amount=amount, fee_back=plan.fee_back, ruling=made.ruling)
    announce_reversed(made, by, at)
    must_post(deal, _legs(key, plan, into), at)
    return made


def _plan(deal: Deal, row: Release, amount: int) -> _Plan:
    if not 0 < amount <= row.gross - row.reversed:
        raise NotEnoughHeld(row.gross - row.reversed, deal.currency)
    kept = {line.pk: line.is_kept for line in fee_lines(deal)}
    lines = [
        (
            line["fee_line"],
            line["component"],
            given_back(line["amount"], gross=row.gross, before=row.reversed, amount=amount, is_kept=kept[line["fee_line"]]),
        )
        for line in row.lines
    ]
    waiting = 0
    if row.state == Release.State.PENDING:
        waiting = row.pending + sum(fee for _line, _component, fee in lines)
    from_pending = min(amount, waiting)
    return _Plan(lines, from_pending, amount - from_pending)


def _legs(key: str, plan: _Plan, into: str) -> list[Leg]:
    legs = []
    for _line, component, fee in plan.lines:
        named = f"reversal:{key}:{component}", f"fee_back.{component}"
        legs.append(Leg(MARKET, *named, INCOME[component], CLEARING, fee))
        legs.append(Leg(PROVIDER, *named, CLEARING, into, fee))
    for source, amount in ((PENDING, plan.from_pending), (EARNINGS, plan.from_earnings)):
        named = f"reversal:{key}:{source}", "escrow.reversed"
        legs.append(Leg(PROVIDER, *named, source, CLEARING, amount))
        legs.append(Leg(MERCHANT, *named, CLEARING, WALLET, amount))
    return legs


def _known(row: Release | None) -> Release:
    if row is None:
        raise NotFound(_("Nothing was released for this."))
    return row
