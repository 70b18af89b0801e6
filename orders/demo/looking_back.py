"""Reviews of the demo: each side writes after the contract's end, time publishes, the provider answers; and months get marks."""

from typing import TYPE_CHECKING

from marketplace.tenancy.scope import scope
from orders.demo.acts import Act, Step, order_of
from orders.reviews import policies
from orders.reviews.axes import OF_PROVIDER
from orders.reviews.models import Pulse, ReviewRound
from orders.reviews.operations import answer_review, write_review
from orders.reviews.pulses import mark_month
from orders.reviews.queries import pulses_of, round_of

if TYPE_CHECKING:
    from orders.demo.telling import Deal


def _round(deal: "Deal") -> ReviewRound:
    """Raises LookupError while the contract runs."""
    order = order_of(deal)
    with scope(deal.merchant.id):
        found = round_of(order)
    if found is None:
        raise LookupError(f"{deal.row['name']}: not ended, so nothing is reviewed")
    return found


def _has_written(deal: "Deal", n: int, step: Step) -> bool:
    """Each side has its step, so the n-th does not matter."""
    order = order_of(deal)
    with scope(deal.merchant.id):
        found = round_of(order)
    return found is not None and policies.has_written(found, step["side"])


def _write(deal: "Deal", step: Step) -> None:
    """`marks` are in the order of the axes the side judges by."""
    row, side = _round(deal), deal.side(step["side"])
    codes = row.axes if step["side"] == "merchant" else OF_PROVIDER
    write_review(
        organization_id=side.id, round_id=row.pk, axes=dict(zip(codes, step["marks"], strict=True)), text=step["text"],
        by=side.by, at=deal.moment(step),
    )  # fmt: skip


def _is_answered(deal: "Deal", n: int, step: Step) -> bool:
    order = order_of(deal)
    with scope(deal.merchant.id):
        found = round_of(order)
    return found is not None and found.answered_at is not None


def _answer(deal: "Deal", step: Step) -> None:
    row, side = _round(deal), deal.provider
    answer_review(organization_id=side.id, round_id=row.pk, text=step["text"], by=side.by, at=deal.moment(step))


def _months(deal: "Deal") -> list[Pulse]:
    order = order_of(deal)
    with scope(deal.merchant.id):
        return pulses_of(order)


def _mark(deal: "Deal", step: Step) -> None:
    """The month that was asked about last."""
    row, side = _months(deal)[0], deal.merchant
    mark_month(organization_id=side.id, pulse_id=row.pk, mark=step["mark"], by=side.by, at=deal.moment(step))


ACTS: dict[str, Act] = {
    "review": Act(_has_written, _write),
    "answer_review": Act(_is_answered, _answer),
    "mark_month": Act(lambda deal, n, _step: sum(row.mark is not None for row in _months(deal)) > n, _mark),
}
