"""Moving the money of a milestone when it ends. Every end has one key, so that nothing is paid twice."""

from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from marketplace.tenancy.actor import Actor
from orders.escrow.operations import hold, refund, roll, split
from orders.service.errors import BadAmounts
from orders.service.events import happened
from orders.service.models import Milestone
from orders.service.operations.common import Case, change, drop_splits, told

Ending = Literal["accepted", "refunded", "split"]


def set_aside(case: Case, milestone: Milestone, by: Actor, at: datetime) -> None:
    """Hold a milestone's price, less what an earlier one left over for it (F2). Raises NotEnoughInWallet."""
    deal, key = case.deal, milestone.hold_key
    rolled = int(milestone.basis.get("rolled", 0))
    if rolled == 0:
        hold(deal=deal, key=key, amount=milestone.amount, at=at, by=by, title=milestone.name)
    elif milestone.amount > rolled:
        hold(deal=deal, key=f"{key}:rest", amount=milestone.amount - rolled, at=at, by=by, title=milestone.name)
        roll(deal=deal, hold_key=f"{key}:rest", to_hold_key=key, amount=milestone.amount - rolled, at=at, by=by)


def close(case: Case, milestone: Milestone, ending: Ending, to_provider: int, by: Actor, at: datetime) -> None:
    """Share out everything that is held for a milestone: so much to the provider, the rest back to the merchant's wallet."""
    if not 0 <= to_provider <= milestone.amount:
        raise BadAmounts(_("More cannot be shared out than is held."))
    key = milestone.hold_key
    split(deal=case.deal, hold_key=key, key=f"{key}:closed", to_provider=to_provider, at=at, by=by)
    closed(case, milestone, ending, to_provider, by, at)


def closed(case: Case, milestone: Milestone, ending: Ending, to_provider: int, by: Actor, at: datetime) -> None:
    """Note how a milestone ended whose money has moved."""
    to_merchant = milestone.amount - to_provider
    change(
        milestone, state=ending, frozen_from="", closed_at=at, to_provider=to_provider, to_merchant=to_merchant,
        auto_accept_at=None, basis=milestone.basis,
    )  # fmt: skip
    drop_splits(case, [milestone], by, at)
    shares = {"to_provider": to_provider, "to_merchant": to_merchant, "currency": case.order.currency}
    told(case, f"milestone.{ending}", by, milestone, **shares)
    happened("closed", case.order, milestone, by, at)


def carry_over(case: Case, milestone: Milestone, rest: int, by: Actor, at: datetime) -> bool:
    """Use what a counted period did not need for the next one, when that is planned and can take it all (F2)."""
    following = next((row for row in case.milestones if row.kind == "period" and row.position > milestone.position), None)
    if following is None or following.state != "planned" or following.basis.get("rolled") or following.amount < rest:
        return False
    deal = case.deal
    roll(deal=deal, hold_key=milestone.hold_key, to_hold_key=following.hold_key, amount=rest, at=at, by=by)
    change(following, basis={**following.basis, "rolled": rest})
    milestone.basis = {**milestone.basis, "rolled_to": following.pk, "rolled_out": rest}
    return True


def give_back_surplus(case: Case, milestone: Milestone, by: Actor, at: datetime) -> None:
    """What was carried over for a planned milestone beyond its price, which has fallen since."""
    rolled = int(milestone.basis.get("rolled", 0))
    surplus, key = rolled - milestone.amount, milestone.hold_key
    if surplus > 0:
        refund(deal=case.deal, hold_key=key, key=f"{key}:surplus:{case.order.signed_version}", amount=surplus, at=at, by=by)
        change(milestone, basis={**milestone.basis, "rolled": rolled - surplus})


def cancel_planned(case: Case, milestone: Milestone, by: Actor, at: datetime) -> None:
    """A milestone that was never funded falls away; what was carried over for it goes back."""
    rolled = int(milestone.basis.get("rolled", 0))
    if rolled:
        key = milestone.hold_key
        refund(deal=case.deal, hold_key=key, key=f"{key}:closed", amount=rolled, at=at, by=by)
    change(milestone, state="cancelled", closed_at=at)
