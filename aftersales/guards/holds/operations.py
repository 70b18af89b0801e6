"""Deciding held claims: a person pays or refuses them, one or many, once.

Money order: claims are locked by id, then budgets, then ledger accounts, as everywhere.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from aftersales.guards.models import Approval, Breaker, SkuHold
from aftersales.guards.queries import guard_settings, limit_of
from aftersales.models import Claim
from aftersales.payouts.reserving import claims_without_room, reserve_claims
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.models import CouponHolding

COUNT = "SELECT guard_take(%s, %s, %s, %s, %s::bigint[], %s::bigint[], %s)"
REMEMBER = "SELECT guard_remember(%s, %s, %s, %s, %s, %s)"


class NeedsSecondPerson(UserError):
    """Whoever set a run going does not release its large payouts."""


class AlreadyDecided(UserError):
    """Somebody was faster."""


@dataclass(frozen=True)
class Decided:
    """How many claims were decided, were decided before, and stay held: for a second person, for the budget, or because refunds
    have used up what was left of their orders' payments."""

    done: int = 0
    late: int = 0
    own: int = 0
    over_budget: int = 0
    no_room: int = 0


def decide_holds(*, merchant_id: int, claim_ids: Collection[int], release: bool, reason: str, by: Actor, at: datetime) -> Decided:
    """Pay or refuse held claims. What is paid counts in the budgets, beyond them too: a person decided.

    A payout above the limit for single payouts is not released by the person who set its run going. Unknown and foreign ids count
    as decided before.
    """
    with scope(merchant_id, durable=True):
        _lock_requests(merchant_id, claim_ids)
        held = lock_held(merchant_id, claim_ids)
        own = _own(merchant_id, held, by) if release else []
        chosen = [claim for claim in held if claim not in own]
        done = pay(merchant_id, chosen, at=at, force=True) if release else refuse(merchant_id, chosen)
        _close_requests(merchant_id, done, approved=release, reason=reason, by=by, at=at)
        _record(merchant_id, done, release=release, reason=reason, by=by)
        late = len(set(claim_ids)) - len(held)
        return Decided(done=len(done), late=late, own=len(own), no_room=len(chosen) - len(done))


def lock_held(merchant_id: int, claim_ids: Collection[int]) -> list[Claim]:
    """Those of the claims that are held, locked in order of their numbers."""
    found = Claim.objects.filter(merchant_id=merchant_id, pk__in=claim_ids, state=Claim.State.HELD)
    return list(found.select_for_update(of=("self",)).select_related("run", "order").order_by("pk"))


def pay(merchant_id: int, held: Sequence[Claim], *, at: datetime, force: bool) -> list[Claim]:
    """Reserve the payouts of locked claims; without `force` those that do not fit a budget stay held for it. Returns the paid.

    A claim that what was captured no longer covers stays held.
    """
    groups: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    without_room = claims_without_room(merchant_id=merchant_id, claim_ids=[claim.pk for claim in held])
    payable = [claim for claim in held if claim.pk not in without_room]
    for claim in payable:
        groups[claim.program, claim.currency].append(claim)
    paid: list[Claim] = []
    for key in sorted(groups):
        paid += _counted(merchant_id, *key, groups[key], at, force)
    ids = [claim.pk for claim in paid]
    Claim.objects.filter(merchant_id=merchant_id, pk__in=ids, state=Claim.State.HELD).update(state=Claim.State.RESERVED)
    reserve_claims(merchant_id=merchant_id, claim_ids=ids, at=at)
    stuck = {claim.pk for claim in payable} - set(ids)
    Claim.objects.filter(merchant_id=merchant_id, pk__in=stuck).update(reason="BUDGET")
    return paid


def _counted(merchant_id: int, program: str, currency: str, held: list[Claim], at: datetime, force: bool) -> list[Claim]:
    """Those that pass the budgets, counted there and in the breaker's memory."""
    buyers, amounts = [claim.order.buyer_id for claim in held], [claim.amount for claim in held]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [merchant_id, program, currency, at, buyers, amounts, force])
        (stops,) = cursor.fetchone()
        passed = [claim for claim, stop in zip(held, stops, strict=True) if stop is None]
        total = sum(claim.amount for claim in passed)
        cursor.execute(REMEMBER, [merchant_id, program, currency, at, total, len(passed)])
    return passed


def refuse(merchant_id: int, held: Sequence[Claim]) -> list[Claim]:
    """Refuse locked claims; coupons they had counted are not used up."""
    Claim.objects.filter(merchant_id=merchant_id, pk__in=[claim.pk for claim in held]).update(state=Claim.State.REFUSED)
    voided_for = [f"line:{claim.line_id}:{claim.sequence}" for claim in held]
    voided = CouponHolding.objects.filter(merchant_id=merchant_id, used_for__in=voided_for, state=CouponHolding.State.VOIDED)
    voided.update(state=CouponHolding.State.HELD, used_for="")
    return list(held)


def _own(merchant_id: int, held: Sequence[Claim], by: Actor) -> list[Claim]:
    """Large payouts of runs this person set going; nobody is his own second person unless the settings allow it."""
    if by.user_id is None or guard_settings(merchant_id).may_decide_alone:
        return []
    limits = {currency: limit_of(merchant_id, "payout", currency) for currency in {claim.currency for claim in held}}
    return [
        claim
        for claim in held
        if claim.run.created_by == by.label and (claim.reason == "APPROVAL" or claim.amount > limits[claim.currency])
    ]


def _lock_requests(merchant_id: int, claim_ids: Collection[int]) -> None:
    """Approvals are locked before claims, here as by whoever decides the approval itself."""
    waiting = _requests(merchant_id, claim_ids).order_by("pk")
    list(waiting.select_for_update().values_list("pk", flat=True))


def _requests(merchant_id: int, claim_ids: Collection[int]) -> QuerySet[Approval]:
    return Approval.objects.filter(
        merchant_id=merchant_id, kind=Approval.Kind.PAYOUT, subject_id__in=claim_ids, state=Approval.State.WAITING
    )


def _close_requests(merchant_id: int, claims: Sequence[Claim], *, approved: bool, reason: str, by: Actor, at: datetime) -> None:
    """The decision also answers the approvals that were asked for these claims."""
    state = Approval.State.APPROVED if approved else Approval.State.REJECTED
    requests = _requests(merchant_id, [claim.pk for claim in claims])
    requests.update(state=state, decided_by=by.label, decided_at=at, reason=reason)


def _record(merchant_id: int, claims: Sequence[Claim], *, release: bool, reason: str, by: Actor) -> None:
    """One audit row per decision, however many claims; the ids of at most a thousand are named."""
    if not claims:
        return
    amounts: dict[str, int] = defaultdict(int)
    for claim in claims:
        amounts[claim.currency] += claim.amount
    facts = {"claims": [claim.pk for claim in claims[:1_000]], "count": len(claims), "amounts": dict(amounts), "reason": reason}
    record(merchant_id=merchant_id, by=by, action=f"aftersales.hold.{'released' if release else 'refused'}", facts=facts)


def release_sku(*, merchant_id: int, hold_id: int, pay_claims: bool, reason: str, by: Actor, at: datetime) -> Decided:
    """Say that a held product's price is right: it is not held again at this price or above.

    With `pay_claims` the claims waiting on it are paid as far as budgets allow; otherwise they stay for a person. Raises NotFound
    and AlreadyDecided.
    """
    with scope(merchant_id, durable=True):
        hold = SkuHold.objects.select_for_update().filter(merchant_id=merchant_id, pk=hold_id).first()
        if hold is None:
            raise NotFound("There is no such hold.")
        if hold.state != SkuHold.State.HELD:
            raise AlreadyDecided(_("This product was released already."))
        hold.state, hold.released_at, hold.released_by, hold.reason = SkuHold.State.RELEASED, at, by.label, reason
        hold.save(update_fields=["state", "released_at", "released_by", "reason"])
        facts = {"sku": hold.sku_id, "price": hold.price, "currency": hold.currency, "reason": reason}
        record(merchant_id=merchant_id, by=by, action="guards.sku.released", facts=facts)
        return _pay_waiting(hold, by=by, at=at, reason=reason) if pay_claims else Decided()


def _pay_waiting(hold: SkuHold, *, by: Actor, at: datetime, reason: str) -> Decided:
    """Pay the claims that waited on a product, except this person's own large ones."""
    waiting = Claim.objects.filter(merchant_id=hold.merchant_id, state=Claim.State.HELD, reason="PRICE_ERROR")
    ids = list(waiting.filter(line__merchant_id=hold.merchant_id, line__sku_id=hold.sku_id).values_list("pk", flat=True))
    held = lock_held(hold.merchant_id, ids)
    own = _own(hold.merchant_id, held, by)
    paid = pay(hold.merchant_id, [claim for claim in held if claim not in own], at=at, force=False)
    _record(hold.merchant_id, paid, release=True, reason=reason, by=by)
    return Decided(done=len(paid), own=len(own), over_budget=len(held) - len(own) - len(paid))


def close_breaker(*, merchant_id: int, breaker_id: int, reason: str, by: Actor, at: datetime) -> Breaker:
    """Let a program's claims through again; it does not open for one window. Raises NotFound and AlreadyDecided."""
    with scope(merchant_id, durable=True):
        found = Breaker.objects.select_for_update().filter(merchant_id=merchant_id, pk=breaker_id).first()
        if found is None:
            raise NotFound("There is no such breaker.")
        if found.closed_at is not None:
            raise AlreadyDecided(_("This breaker was closed already."))
        found.closed_at, found.closed_by, found.reason = at, by.label, reason
        found.save(update_fields=["closed_at", "closed_by", "reason"])
        facts = {"program": found.program, "currency": found.currency, "reason": reason}
        record(merchant_id=merchant_id, by=by, action="guards.breaker.closed", facts=facts)
        return found
