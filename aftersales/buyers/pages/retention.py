"""The card of a refund request: the best remedy, taken or not; the refund is always one tap away."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from aftersales.buyers.links import Link
from aftersales.buyers.operations import record_use
from aftersales.buyers.pages.contract import Form, Page, Shown, TryLater
from aftersales.programs.refund_retention import answering
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.queries import access_case
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui import formats

Answer = Callable[..., RetentionCase]
ANSWERS: dict[str, Answer] = {
    "accept": answering.accept_card,
    "decline": answering.decline_card,
    "refund": answering.refund_now,
    "undo": answering.undo_answer,
}


def show(link: Link, at: datetime) -> Shown:
    with scope(link.merchant_id, read_only=True):
        case = access_case(merchant_id=link.merchant_id, pk=link.subject_id)
        buyer = case.buyer
        context = {
            "case": case,
            "goods": case.request.sku.title or case.request.sku.code,
            "card": card_words(case),
            "may_accept": answering.may_accept(case, at),
            "may_undo": answering.may_undo(case, at),
            "is_refunding": case.state in REFUNDING,
        }
        return Shown("buyers/retention.html", case.request.shop.name, buyer.language if buyer else "", context)


State = RetentionCase.State
REFUNDING = (
    *(State.DECLINED, State.TIMED_OUT, State.CLOSED, State.WITHDRAW_IMPOSSIBLE, State.REFUNDED),
    *(State.HOLDOUT, State.NOT_ELIGIBLE),
)
Words = tuple[str, str, str]


def card_words(case: RetentionCase) -> dict[str, str]:
    """What the card offers, in a title, a sentence and the words of its button."""
    amount = formats.money(case.offer_amount, case.currency) if case.offer_amount else ""
    words = {**_helpful_words(), "partial_refund": _refund_words(amount)}
    title, text, button = words.get(case.offer, words["neutral"])
    return {"title": title, "text": text, "button": button}


def _refund_words(amount: str) -> Words:
    text = _("The goods stay with you, and so do all your other rights.")
    if not amount:
        return _("May we make it right?"), text, _("Make it right")
    values = {"amount": amount}
    return _("Keep it, and get %(amount)s back.") % values, text, _("Keep it for %(amount)s back") % values


def _helpful_words() -> dict[str, Words]:
    return {
        "price_protection": (
            _("It got cheaper? You get the difference."),
            _("Keep the goods, and the difference goes back to you."),
            _("Keep it and get the difference"),
        ),
        "expedite": (
            _("We push your parcel."),
            _("We ask the carrier to hurry and tell you when it arrives."),
            _("Wait for my parcel"),
        ),
        "exchange": (_("Would another one fit?"), _("We exchange it for the right one."), _("Exchange it")),
        "guide": (
            _("May we help you with it?"),
            _("A guide or a call from our service usually solves it in minutes."),
            _("Yes, help me"),
        ),
        "edit_order": (_("Ordered the wrong one?"), _("We change your order or exchange it."), _("Change my order")),
        "undo_request": (
            _("You changed your mind?"),
            _("One tap takes your refund request back."),
            _("Take my request back"),
        ),
        "neutral": (_("May we help you?"), _("Tell us what is wrong before you send it back."), _("Yes, contact me")),
    }


def act(link: Link, form: Form, at: datetime) -> None:
    """One answer. Every one of them is safe to give twice. Raises TryLater where it is too late."""
    name = form["act"]
    buyer = Actor(f"buyer:{link.buyer_id}")
    try:
        ANSWERS[name](merchant_id=link.merchant_id, case_id=link.subject_id, by=buyer, at=at)
    except answering.CardClosed as error:
        raise TryLater(str(error)) from error
    with scope(link.merchant_id, durable=True):
        record_use(link, act=name)


PAGE = Page(show=show, act=act, acts=tuple(ANSWERS))
