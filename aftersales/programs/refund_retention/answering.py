"""The buyer's answer to a card: keep it, decline, just refund me, or take the last tap back.

Every answer locks the request and its case, in this order, as the platform's own word does: two tabs, the platform and the end
of the hold come one after the other. Nothing here moves money; that happens once the platform has confirmed the withdrawal.
"""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from aftersales.programs.refund_retention.lifecycle import TELL_RELEASED
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.models import RefundRequest

State, Answer = RetentionCase.State, RetentionCase.Answer
OPEN = (State.OFFERED, State.SENT)
ENDED = "SELECT id, request_id FROM refund_retention_retentioncase WHERE merchant_id = %(merchant)s AND id = %(case)s"
TELL = f"WITH ended AS ({ENDED}), {TELL_RELEASED} SELECT count(*) FROM ended"


class CardClosed(UserError):
    """The card cannot be answered (like this) any more."""


def accept_card(*, merchant_id: int, case_id: int, by: Actor, at: datetime) -> RetentionCase:
    """The buyer keeps the purchase under the card's terms. Twice is once. Raises NotFound and CardClosed.

    Money, if any, is paid after the platform has withdrawn the request; until `undo_minutes` have passed the buyer may undo.
    """
    with scope(merchant_id, durable=True):
        case = _locked(merchant_id, case_id)
        if case.answer == Answer.ACCEPTED:
            return case
        if case.state not in OPEN or case.request.outcome != RefundRequest.Outcome.OPEN or _is_over(case, at):
            raise CardClosed(_("This offer has ended; the refund goes on."))
        return _answer(case, State.ACCEPTED, Answer.ACCEPTED, case.reason, by, at)


def decline_card(*, merchant_id: int, case_id: int, by: Actor, at: datetime) -> RetentionCase:
    """The buyer does not want the card: the refund goes on at once. Twice is once. Raises NotFound and CardClosed."""
    return _let_go(merchant_id, case_id, Answer.DECLINED, "DECLINED", by, at)


def refund_now(*, merchant_id: int, case_id: int, by: Actor, at: datetime) -> RetentionCase:
    """ "Just refund me": one click, ends the hold at once, also after a yes that the platform has not confirmed yet.

    Where the refund is on its way already nothing changes. Raises NotFound, and CardClosed once the request is withdrawn.
    """
    return _let_go(merchant_id, case_id, Answer.REFUND, "JUST_REFUND", by, at)


def undo_answer(*, merchant_id: int, case_id: int, by: Actor, at: datetime) -> RetentionCase:
    """Take a mis-click back, with one tap and without money, within `undo_minutes` and before the platform was asked.

    The card is open again while its hold lasts; afterwards a yes taken back lets the refund go on. Raises NotFound, CardClosed.
    """
    with scope(merchant_id, durable=True):
        case = _locked(merchant_id, case_id)
        if not may_undo(case, at):
            raise CardClosed(_("This can no longer be undone."))
        if not _is_over(case, at):
            case.state, case.reason = case.answered_from, "OFFERED_MONEY" if case.offer_amount else "OFFERED"
            case.answer, case.answered_at, case.answered_from, case.released_at = Answer.NONE, None, "", None
            return _saved(case, "undone", by)
        return _answer(case, State.DECLINED, Answer.REFUND, "JUST_REFUND", by, at)


def may_accept(case: RetentionCase, at: datetime) -> bool:
    """Whether the card can still be accepted."""
    return case.state in OPEN and case.request.outcome == RefundRequest.Outcome.OPEN and not _is_over(case, at)


def may_undo(case: RetentionCase, at: datetime) -> bool:
    """Whether the last answer can be taken back: soon after, before anything was asked of the platform, and the hold allowing."""
    if case.answered_at is None or case.request.outcome != RefundRequest.Outcome.OPEN:
        return False
    in_time = at < case.answered_at + timedelta(minutes=case.undo_minutes)
    return in_time and (case.state == State.ACCEPTED or (case.state == State.DECLINED and not _is_over(case, at)))


def _let_go(merchant_id: int, case_id: int, answer: str, reason: str, by: Actor, at: datetime) -> RetentionCase:
    with scope(merchant_id, durable=True):
        case = _locked(merchant_id, case_id)
        if case.state in (State.DECLINED, State.TIMED_OUT, State.CLOSED, State.WITHDRAW_IMPOSSIBLE, State.REFUNDED):
            return case
        may = OPEN if answer == Answer.DECLINED else (*OPEN, State.ACCEPTED, State.WITHDRAWAL_REQUESTED)
        if case.state not in may:
            raise CardClosed(_("The request was withdrawn; ask for a new refund to return the goods."))
        return _answer(case, State.DECLINED, answer, reason, by, at)


def _locked(merchant_id: int, case_id: int) -> RetentionCase:
    """The case with its request, both locked; cases without a card cannot be answered. Raises NotFound."""
    found = RetentionCase.objects.filter(merchant_id=merchant_id, pk=case_id).values_list("request_id", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such card."))
    request = RefundRequest.objects.select_for_update().get(merchant_id=merchant_id, pk=found)
    case = RetentionCase.objects.select_for_update().get(merchant_id=merchant_id, pk=case_id)
    case.request = request
    if case.state in (State.NOT_ELIGIBLE, State.HOLDOUT):
        raise NotFound(_("There is no such card."))
    return case


def _is_over(case: RetentionCase, at: datetime) -> bool:
    return case.hold_until is None or case.hold_until <= at


def _answer(case: RetentionCase, state: str, answer: str, reason: str, by: Actor, at: datetime) -> RetentionCase:
    if not case.answered_from:
        case.answered_from = case.state
    case.state, case.answer, case.reason, case.answered_at = state, answer, reason, at
    if state == State.DECLINED:
        case.released_at = at
        with connection.cursor() as cursor:
            cursor.execute(TELL, {"merchant": case.merchant_id, "case": case.pk, "at": at})
    return _saved(case, answer, by)


def _saved(case: RetentionCase, act: str, by: Actor) -> RetentionCase:
    case.save(update_fields=["state", "answer", "reason", "answered_at", "answered_from", "released_at"])
    facts = {"case": case.pk, "request": case.request_id, "answer": act}
    record(merchant_id=case.merchant_id, by=by, action="aftersales.refund_retention.answered", facts=facts)
    return case
