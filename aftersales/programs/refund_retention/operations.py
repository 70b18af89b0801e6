"""What arrives about refund requests: the request itself, the platform's word, and the clock."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from aftersales.guards.queries import is_killed
from aftersales.programs.policies import active_policy
from aftersales.programs.refund_retention.beat import run_if_free
from aftersales.programs.refund_retention.deciding import Decider, decide_one
from aftersales.programs.refund_retention.lifecycle import AFTER_PAY, BEFORE_PAY, advance
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.queries import has_undecided, has_withdrawn
from aftersales.programs.refund_retention.rules import PROGRAM, validated
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.models import RefundAllocation, RefundRequest, ShopOrderLine

WITHDRAWN, REFUNDED, REJECTED = RefundRequest.Outcome.WITHDRAWN, RefundRequest.Outcome.REFUNDED, RefundRequest.Outcome.REJECTED


class BadRequest(UserError):
    """The refund request does not fit what was bought."""


class OutcomeKnown(UserError):
    """The platform reported another outcome before."""


@dataclass(frozen=True)
class Recorded:
    """A stored request and what was decided about it; no case while the program is off or stopped."""

    request: RefundRequest
    case: RetentionCase | None
    is_new: bool


def record_refund_request(
    *,
    merchant_id: int,
    shop_id: int,
    external_ref: str,
    order_ref: str,
    line_no: int,
    quantity: int,
    requested_at: datetime,
    by: Actor,
    at: datetime,
    reason_code: str = "",
    buyer_text: str = "",
    deadline_at: datetime | None = None,
) -> Recorded:
    """Store a buyer's request to take back units of one order line, and decide about it at once.

    The same number and line again changes nothing and returns what was decided then. The card is in the outbox when this
    returns. `at` is now: the hold counts from it. Raises NotFound (order line) and BadRequest (more units than are left).
    """
    with scope(merchant_id, durable=True):
        line = _line(merchant_id, shop_id, order_ref, line_no)
        known = RefundRequest.objects.filter(
            merchant_id=merchant_id, shop_id=shop_id, external_ref=external_ref, line_no=line_no
        ).first()
        if known is not None:
            return Recorded(known, _case_of(known), is_new=False)
        if not 1 <= quantity <= line.quantity - line.returned_quantity:
            raise BadRequest(_("Only %(n)s units of this line can be returned.") % {"n": line.quantity - line.returned_quantity})
        request = RefundRequest.objects.create(
            merchant_id=merchant_id,
            shop_id=shop_id,
            buyer_id=line.order.buyer_id,
            sku_id=line.sku_id,
            external_ref=external_ref,
            line_no=line_no,
            row_no=0,
            quantity=quantity,
            unit_amount=line.list_unit_amount,
            currency=line.currency,
            requested_at=requested_at,
            state=RefundRequest.State.SINGLE,
            reason_code=reason_code,
            buyer_text=buyer_text,
            deadline_at=deadline_at,
        )
        _allocate(request, line, quantity)
        record(merchant_id=merchant_id, by=by, action="store.refund_request.recorded", facts={"request": request.pk})
        _decide_now(request, by, at)
        return Recorded(request, _case_of(request), is_new=True)


def _line(merchant_id: int, shop_id: int, order_ref: str, line_no: int) -> ShopOrderLine:
    """The order line, locked: two requests for its last unit come one after the other."""
    found = (
        ShopOrderLine.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(merchant_id=merchant_id, order__merchant_id=merchant_id, order__shop_id=shop_id, order__external_ref=order_ref)
        .filter(line_no=line_no)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such order line."))
    return found


def _allocate(request: RefundRequest, line: ShopOrderLine, quantity: int) -> None:
    """As matching an imported request does: the units count as returned until the request is withdrawn."""
    RefundAllocation.objects.create(merchant_id=request.merchant_id, request=request, line=line, quantity=quantity)
    line.returned_quantity += quantity
    line.revision += 1
    line.save(update_fields=["returned_quantity", "revision"])


def _decide_now(request: RefundRequest, by: Actor, at: datetime) -> None:
    policy = active_policy(merchant_id=request.merchant_id, program=PROGRAM)
    if policy is None or not policy.is_automatic or is_killed(request.merchant_id, PROGRAM):
        return
    decider = Decider(request.merchant_id, validated(policy.settings), policy.version, None, at, by)
    values = decider.values(codes=[request.reason_code], currencies=[request.currency])
    decide_one(values, request.pk, request.buyer_text)


def _case_of(request: RefundRequest) -> RetentionCase | None:
    return RetentionCase.objects.filter(merchant_id=request.merchant_id, request_id=request.pk).first()


def record_outcome(
    *,
    merchant_id: int,
    request_id: int,
    outcome: str,
    by: Actor,
    at: datetime,
    kept_units: int | None = None,
) -> RefundRequest:
    """What the platform made of a request: withdrawn, refunded or rejected. Its word wins over any answer of the buyer.

    `kept_units`: of a request withdrawn in part, how many units stay with the buyer (default: all). A withdrawn request may be
    refunded after all; nothing else changes afterwards. The same word again changes nothing. Raises NotFound, BadRequest and
    OutcomeKnown.
    """
    with scope(merchant_id, durable=True):
        request = RefundRequest.objects.select_for_update().filter(merchant_id=merchant_id, pk=request_id).first()
        if request is None:
            raise NotFound(_("There is no such refund request."))
        if request.outcome == outcome:
            return request
        before, kept = request.outcome, request.quantity if kept_units is None else kept_units
        _check_outcome(request, outcome, kept)
        request.outcome, request.closed_at = outcome, at
        request.save(update_fields=["outcome", "closed_at"])
        case = _case_of(request)
        _book_units(request, case, before, kept)
        record(
            merchant_id=merchant_id, by=by, action="store.refund_request.closed",
            facts={"request": request.pk, "outcome": outcome, "kept": kept if outcome == WITHDRAWN else 0},
        )  # fmt: skip
        if case is not None:
            if outcome == WITHDRAWN:
                RetentionCase.objects.filter(merchant_id=merchant_id, pk=case.pk).update(kept_units=kept)
            advance(merchant_id, BEFORE_PAY[:3], at=at, case_id=case.pk)
        return request


def _check_outcome(request: RefundRequest, outcome: str, kept: int) -> None:
    if outcome not in (WITHDRAWN, REFUNDED, REJECTED):
        raise BadRequest(_("The outcome must be withdrawn, refunded or rejected."))
    if request.outcome != RefundRequest.Outcome.OPEN and (request.outcome, outcome) != (WITHDRAWN, REFUNDED):
        raise OutcomeKnown(_("The platform has closed this request before."))
    if not 1 <= kept <= request.quantity:
        raise BadRequest(_("Only %(n)s units were asked back.") % {"n": request.quantity})


# Units of one request over its lines, the line with most of them first.
MOVE_UNITS = """
UPDATE store_shoporderline l
SET returned_quantity = least(greatest(l.returned_quantity + %(sign)s * b.units, 0), l.quantity), revision = l.revision + 1
FROM (SELECT a.line_id,
             greatest(least(a.quantity, %(units)s - sum(a.quantity) OVER earlier + a.quantity), 0)::int AS units
      FROM store_refundallocation a WHERE a.merchant_id = %(merchant)s AND a.request_id = %(request)s
      WINDOW earlier AS (ORDER BY a.quantity DESC, a.line_id)) b
WHERE l.merchant_id = %(merchant)s AND l.id = b.line_id AND b.units > 0
"""


def _book_units(request: RefundRequest, case: RetentionCase | None, before: str, kept: int) -> None:
    """Units of a withdrawn or rejected request are the buyer's again; those of one refunded after all leave for good."""
    if request.outcome == REFUNDED and before != WITHDRAWN:
        return
    if request.outcome == REFUNDED:
        units, sign = case.kept_units if case is not None and case.kept_units is not None else request.quantity, 1
    else:
        units, sign = kept if request.outcome == WITHDRAWN else request.quantity, -1
    with connection.cursor() as cursor:
        values = {"merchant": request.merchant_id, "request": request.pk, "units": units, "sign": sign}
        cursor.execute(MOVE_UNITS, values)


def work(*, merchant_id: int, by: Actor, at: datetime) -> Counter[str]:
    """One beat: move cases on as of now, and start a run when requests wait for a decision or goodwill is due.

    Safe to do twice at once. A run in progress is left alone; the next beat comes in half a minute.
    """
    moved = advance(merchant_id, BEFORE_PAY, at=at)
    with scope(merchant_id):
        policy = active_policy(merchant_id=merchant_id, program=PROGRAM)
        due = has_withdrawn(merchant_id) or (policy is not None and policy.is_automatic and has_undecided(merchant_id))
    if policy is not None and due and run_if_free(merchant_id=merchant_id, settings=policy.settings, by=by, at=at):
        moved["runs"] += 1
    moved += advance(merchant_id, AFTER_PAY, at=at)
    return moved
