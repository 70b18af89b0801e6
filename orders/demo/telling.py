"""Contracts of the demo from demo/market/deals.json (and other files of its form), in the order things happened.

Told again it changes nothing; killed anywhere it goes on: each step first looks whether it is done.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from marketplace.accounts.models import User
from marketplace.tenancy.actor import BEAT, Actor, person
from marketplace.tenancy.scope import scope
from orders.demo import acts, invoicing, looking_back, offering, quarrels, shifting
from orders.disputes.operations import sweep as sweep_disputes
from orders.escrow.operations import mature
from orders.payments.operations.settling import confirm_transfer
from orders.payments.operations.starting import start_pay_in
from orders.reviews.operations import sweep as sweep_reviews
from orders.reviews.pulses import ask_pulses
from orders.service.models import ServiceOrder
from orders.service.operations import sweep
from providers.demo.founding import organization_of
from providers.listings.models import PublicListing

Row = dict[str, Any]
YUAN = 100
ACTS = acts.ACTS | quarrels.ACTS | looking_back.ACTS | invoicing.ACTS | offering.ACTS | shifting.ACTS


@dataclass(frozen=True)
class Side:
    """A party and the person who acts for it."""

    id: int
    by: Actor


@dataclass
class Deal:
    """One contract while it is told."""

    row: Row
    merchant: Side
    provider: Side
    listing: PublicListing
    start: datetime
    staff: Actor

    def moment(self, step: Row) -> datetime:
        return self.start + timedelta(days=step["days"])

    def side(self, name: str) -> Side:
        return self.merchant if name == "merchant" else self.provider

    def order(self) -> ServiceOrder | None:
        """The contract, once it was drawn up."""
        with scope(self.merchant.id):
            known = ServiceOrder.objects.filter(merchant_id=self.merchant.id, listing_id=self.listing.listing_id)
            return known.order_by("pk").first()


def tell_deals(
    folder: Path, *, merchants: dict[str, User], staff: User, at: datetime, say: Callable[[str], None], file: str = "deals.json"
) -> str:
    """Money in first, then every contract by itself. Returns what there is now, in one line."""
    told = json.loads((folder / file).read_text(encoding="utf-8"))
    sides = {slug: Side(organization_of(owner), person(owner.pk)) for slug, owner in merchants.items()}
    for row in told["pay_ins"]:
        _pay_in(row, sides[row["merchant"]], person(staff.pk), at)
    deals = [deal for row in told["deals"] if (deal := _deal(row, sides[row["merchant"]], at, person(staff.pk))) is not None]
    steps = sorted(
        ((step["days"], n, k, deal) for n, deal in enumerate(deals) for k, step in enumerate(deal.row["steps"])),
        key=lambda each: each[:3],
    )
    say(f"Demo contracts: {len(steps)} steps")
    done = sum(_step(deal, k) for _days, _n, k, deal in steps)
    _let_time_pass(at)
    return f"{len(deals)} contracts, {done} steps taken now"


def _pay_in(row: Row, merchant: Side, staff: Actor, start: datetime) -> None:
    """A bank transfer into the wallet, which staff found at the bank the next morning."""
    at, amount = start + timedelta(days=row["days"]), row["amount"] * YUAN
    known = start_pay_in(
        merchant_id=merchant.id, amount=amount, currency="CNY", gateway="bank", key=f"demo:{row['bank']}", at=at, by=merchant.by
    )
    if known.state in ("created", "pending"):
        confirm_transfer(
            merchant_id=merchant.id, pay_in_id=known.pk, amount=amount, bank_reference=row["bank"],
            at=at + timedelta(hours=16), by=staff,
        )  # fmt: skip


def _deal(row: Row, merchant: Side, start: datetime, staff: Actor) -> Deal | None:
    """None when the listing is no longer offered: the demo goes on without."""
    listing = PublicListing.objects.filter(slug=row["listing"]).first()
    if listing is None:
        return None
    with scope(listing.provider_id):
        provider = Side(listing.provider_id, person(acts.owner_of(listing.provider_id)))
    return Deal(row, merchant, provider, listing, start, staff)


def _let_time_pass(at: datetime) -> None:
    """What the clocks of contracts, disputes, reviews and earnings bring about by then."""
    sweep(by=BEAT, at=at)
    sweep_disputes(by=BEAT, at=at)
    sweep_reviews(by=BEAT, at=at)
    ask_pulses(by=BEAT, at=at)
    mature(as_of=at)


def _step(deal: Deal, k: int) -> bool:
    """Take a step unless it was taken, after everything that time had brought about by then. Whether it was taken now."""
    step = deal.row["steps"][k]
    act = ACTS[step["do"]]
    before = sum(each["do"] == step["do"] for each in deal.row["steps"][:k])
    if act.is_done(deal, before, step):
        return False
    _let_time_pass(deal.moment(step))
    act.do(deal, step)
    return True
