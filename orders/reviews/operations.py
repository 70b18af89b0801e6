"""Opening a round, writing, publishing both together, answering, and the market's decision about what is held."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.reviews import policies
from orders.reviews.axes import OF_PROVIDER, axes_for, stars
from orders.reviews.errors import AlreadyWritten, BadReview, NothingToDecide, TooLate
from orders.reviews.integrity import judge
from orders.reviews.models import MerchantSealed, ProviderSealed, PublicReview, ReviewRound
from orders.reviews.queries import access_round, due, sealed_of
from orders.service.models import Milestone, ServiceOrder
from providers.moderation.operations import open_review
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ScoreEvent
from providers.scorecards.operations import record_event
from providers.scorecards.operations.striking import strike_event

PAGES = {"merchant": "/reviews/{}/", "provider": "/desk/reviews/{}/"}
LONGEST = 3_000
AS_MARKET = Actor("system:reviews")


def open_round(order: ServiceOrder, _milestone: Milestone | None, by: Actor, at: datetime) -> None:
    """A contract has ended: both have fourteen days. Called in its transaction and the merchant's scope; once per contract."""
    values = {"provider_id": order.provider_id, "axes": axes_for(order.category)}
    times = {"opened_at": at, "closes_at": at + policies.WRITING}
    row, is_new = ReviewRound.objects.get_or_create(
        merchant_id=order.merchant_id, order=order, defaults={**values, **times}
    )  # fmt: skip
    if is_new:
        row.order = order
        _tell(row, "opened", ("merchant", "provider"), at)


def write_review(
    *, organization_id: int, round_id: int, axes: Mapping[str, int], text: str, by: Actor, at: datetime
) -> ReviewRound:
    """Say once, from 1 to 5 on every axis and in words, how it was. The second of the two publishes both.

    Raises NotFound, TooLate, AlreadyWritten, BadReview.
    """
    with scope(organization_id, durable=True):
        row = access_round(organization_id=organization_id, pk=round_id, lock=True)
        side = "merchant" if row.merchant_id == organization_id else "provider"
        if policies.has_written(row, side):
            raise AlreadyWritten(_("You have written your review already; it cannot be changed."))
        if not policies.may_write(row, side, at):
            raise TooLate(_("The fourteen days for reviews are over."))
        marks, words = _checked(row.axes if side == "merchant" else OF_PROVIDER, axes), said(text)
        if side == "merchant":
            MerchantSealed.objects.create(merchant_id=organization_id, round=row, axes=marks, text=words, at=at)
        else:
            ProviderSealed.objects.create(provider_id=organization_id, round_id=row.pk, axes=marks, text=words, at=at)
        setattr(row, f"{side}_at", at)
        row.save(update_fields=[f"{side}_at"])
        _record(organization_id, row, "written", by)
        if policies.is_over(row, at):
            _publish(row, by, at)
        return row


def close_round(*, merchant_id: int, round_id: int, by: Actor, at: datetime) -> bool:
    """Publish what there is when the days are over; whether there was anything to do. Raises NotFound."""
    with scope(merchant_id, durable=True):
        row = access_round(organization_id=merchant_id, pk=round_id, lock=True)
        if row.merchant_id != merchant_id or not policies.is_over(row, at):
            return False
        _publish(row, by, at)
        return True


def sweep(*, by: Actor, at: datetime) -> int:
    """Close everything whose days are over; how many there were. Doing it twice changes nothing."""
    return sum(close_round(merchant_id=merchant_id, round_id=pk, by=by, at=at) for merchant_id, pk in due(at))


def answer_review(*, organization_id: int, round_id: int, text: str, by: Actor, at: datetime) -> ReviewRound:
    """The provider's one public answer, within 28 days of publication. Raises NotFound, TooLate, AlreadyWritten, BadReview."""
    with scope(organization_id, durable=True):
        row = access_round(organization_id=organization_id, pk=round_id, lock=True)
        side = "merchant" if row.merchant_id == organization_id else "provider"
        if row.answered_at is not None:
            raise AlreadyWritten(_("You have answered already; there is one answer."))
        if not policies.may_answer(row, side, at):
            raise TooLate(_("This review cannot be answered: the provider may answer within 28 days of its publication."))
        row.answer, row.answered_at = said(text), at
        row.save(update_fields=["answer", "answered_at"])
        PublicReview.objects.filter(provider_id=row.provider_id, round_id=row.pk).update(answer=row.answer)
        _record(organization_id, row, "answered", by)
        _tell(row, "answered", ("merchant",), at)
        return row


def decide_review(*, merchant_id: int, round_id: int, is_valid: bool, text: str, by: Actor, at: datetime) -> ReviewRound:
    """The market lets a held review count, or excludes it for good; in the transaction of its desk.

    Raises NotFound, NothingToDecide, BadReview.
    """
    with scope(merchant_id):
        row = access_round(organization_id=merchant_id, pk=round_id, lock=True)
        if row.verdict != "held":
            raise NothingToDecide(_("This review does not wait for a decision."))
        return _decided(row, ("valid", "") if is_valid else ("excluded", row.reason), text, by, at)


def exclude_review(*, merchant_id: int, round_id: int, text: str, by: Actor, at: datetime) -> ReviewRound:
    """A report about a published review was right: it counts no more, its words go; in its desk's transaction.

    Excluding it again changes nothing. Raises NotFound, NothingToDecide, BadReview.
    """
    with scope(merchant_id):
        row = access_round(organization_id=merchant_id, pk=round_id, lock=True)
        if row.state != "published":
            raise NothingToDecide(_("This review does not wait for a decision."))
        if row.reason == "staff":
            return row
        return _decided(row, ("excluded", "staff"), text, by, at)


def _decided(row: ReviewRound, verdict: tuple[str, str], text: str, by: Actor, at: datetime) -> ReviewRound:
    """Locks are held; in the merchant's scope."""
    row.decision, row.decided_at = said(text), at
    row.verdict, row.reason = verdict
    row.save(update_fields=["decision", "decided_at", "verdict", "reason"])
    _record(row.merchant_id, row, "decided", by)
    with scope(row.provider_id):
        PublicReview.objects.filter(provider_id=row.provider_id, round_id=row.pk).update(verdict=row.verdict, reason=row.reason)
        if row.verdict == "valid":
            _count(row)
        else:
            _uncount(row, by, at)
    _tell(row, "decided", ("merchant", "provider"), at)
    return row


def _publish(row: ReviewRound, by: Actor, at: datetime) -> None:
    """Both at once, or the one there is. The caller holds the round's lock; scopes change to read what each side sealed."""
    changed = ["state"]
    if row.merchant_at is None and row.provider_at is None:
        row.state = "lapsed"
    else:
        for side, owner in (("merchant", row.merchant_id), ("provider", row.provider_id)):
            with scope(owner):
                found = sealed_of(row, side)
            if found is not None:
                setattr(row, f"{side}_axes", found.axes)
                setattr(row, f"{side}_text", found.text)
        row.state, row.published_at = "published", at
        row.verdict, row.reason = judge(row.order, at)
        changed += ["published_at", "verdict", "reason", "merchant_axes", "merchant_text", "provider_axes", "provider_text"]
    row.save(update_fields=changed)
    with scope(row.merchant_id):
        _record(row.merchant_id, row, row.state, by)
    if row.state == "published":
        _show(row, at)
        _tell(row, "published", ("merchant", "provider"), at)


def _show(row: ReviewRound, at: datetime) -> None:
    if not row.merchant_text or row.published_at is None:
        return
    with scope(row.provider_id):
        PublicReview.objects.create(
            provider_id=row.provider_id, round_id=row.pk, listing_id=row.order.listing_id, category=row.order.category,
            axes=row.merchant_axes, text=row.merchant_text, verdict=row.verdict, reason=row.reason, published_at=row.published_at,
        )  # fmt: skip
        _count(row)
        _hold(row, at)


def _hold(row: ReviewRound, at: datetime) -> None:
    """Into the inbox of staff; in the provider's scope."""
    if row.verdict == "held" and row.merchant_axes:
        open_review(
            provider_id=row.provider_id, kind="contract_review", subject_id=row.pk, title=f"{row} {row.order.title}",
            by=AS_MARKET, at=at,
        )  # fmt: skip


def _key(row: ReviewRound) -> str:
    return f"review:{row.pk}"


def _count(row: ReviewRound) -> None:
    """Into the score, once, when it counts; in the provider's scope."""
    if row.verdict == "valid" and row.merchant_axes and row.published_at:
        record_event(
            provider_id=row.provider_id, kind=EventKind.REVIEWED, at=row.published_at, value=stars(row.merchant_axes),
            subject=("review", row.pk), key=_key(row), label=f"{row.order.number} {row.order.title}", party_id=row.merchant_id,
        )  # fmt: skip


def _uncount(row: ReviewRound, by: Actor, at: datetime) -> None:
    """Out of the score from its next calculation on; the event stays, struck."""
    event = ScoreEvent.objects.filter(provider_id=row.provider_id, key=_key(row)).first()
    if event is not None:
        strike_event(row.provider_id, event.pk, by, at)


def _checked(codes: list[str] | tuple[str, ...], given: Mapping[str, int]) -> dict[str, int]:
    if set(given) != set(codes) or not all(mark in (1, 2, 3, 4, 5) for mark in given.values()):
        raise BadReview(_("Give every point a mark from 1 to 5."))
    return {code: int(given[code]) for code in codes}


def said(text: str) -> str:
    """Words as they are kept. Raises BadReview for none."""
    clean = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not clean:
        raise BadReview(_("Write a few words."))
    return clean[:LONGEST]


def _record(organization_id: int, row: ReviewRound, act: str, by: Actor) -> None:
    record(
        merchant_id=organization_id, by=by, action=f"orders.review.{act}",
        facts={"review": str(row), "state": row.state, "verdict": row.verdict, "reason": row.reason},
    )  # fmt: skip


def _tell(row: ReviewRound, kind: str, sides: tuple[str, ...], at: datetime) -> None:
    for side in sides:
        owner = row.merchant_id if side == "merchant" else row.provider_id
        with scope(owner, savepoint=False):
            tell(
                organization_id=owner, kind=f"reviews.{kind}", facts={"title": row.order.title}, at=at,
                url=PAGES[side].format(row.pk), effect_key=f"review:{row.pk}:{kind}",
            )  # fmt: skip
