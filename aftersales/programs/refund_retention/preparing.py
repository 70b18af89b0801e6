"""What the program's messages say, decided when they leave: is the card still open, and the words' variables from fresh data.

A card about the buyer's own request is a service message. One that offers money is a commercial message: it needs consent and
counts as the buyer's one commercial touch of the day, so that refund cards cannot become a way around the frequency cap.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.buyers.links import Purpose, link_to
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import OFFER_LABELS, OFFERS, PROGRAM
from aftersales.programs.refund_retention.selection import CARD, MONEY_CARD
from marketplace.outbox.kinds import Answer, Drop, Kind, Outgoing, Ready, Variable
from marketplace.ui import formats

State = RetentionCase.State
WITHDRAWAL, RELEASED = "aftersales.refund_retention.withdrawal_requested", "aftersales.refund_retention.released"
REMEDIES = {
    "price_protection": gettext_lazy("The price has fallen: keep the item and we refund the difference under price protection."),
    "expedite": gettext_lazy("We push the parcel and tell you when it arrives."),
    "exchange": gettext_lazy("We exchange it for one that suits you."),
    "guide": gettext_lazy("We help you get it working, with a guide or a call."),
    "partial_refund": gettext_lazy("Keep the item and we refund %(amount)s of the price."),
    "edit_order": gettext_lazy("We can change the order instead of cancelling it."),
    "undo_request": gettext_lazy("You can undo the refund request with one tap."),
    "neutral": gettext_lazy("If something is not right, tell us and we help."),
}
DROPS = {
    "answered": gettext_lazy("The buyer had answered already."),
    "hold_over": gettext_lazy("The hold had ended."),
    "closed_by_platform": gettext_lazy("The platform had closed the request."),
}


def prepare(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """The outbox asks this inside the sending transaction."""
    return answers(merchant_id, messages, at=timezone.now())


def answers(merchant_id: int, messages: Sequence[Outgoing], *, at: datetime) -> dict[int, Answer]:
    """Ready while the card can still be answered, otherwise Drop. One query for any number. Needs the merchant's scope."""
    cases = _cases(merchant_id, messages)
    return {
        message.id: _judged(message, cases[message.subject_id], at)
        for message in messages
        if message.subject_id is not None and message.subject_id in cases
    }


def _cases(merchant_id: int, messages: Sequence[Outgoing]) -> dict[int, RetentionCase]:
    ids = [message.subject_id for message in messages if message.subject_id is not None]
    found = RetentionCase.objects.filter(merchant_id=merchant_id, pk__in=ids)
    return {case.pk: case for case in found.select_related("request__sku", "request__shop", "order")}


def _judged(message: Outgoing, case: RetentionCase, at: datetime) -> Answer:
    if case.request.outcome != "open":
        return Drop("closed_by_platform")
    if case.state not in (State.OFFERED, State.SENT):
        return Drop("answered")
    if case.hold_until is None or case.hold_until <= at:
        return Drop("hold_over")
    link = link_to(
        merchant_id=case.merchant_id,
        purpose=Purpose.RETENTION,
        subject_id=case.pk,
        buyer_id=case.buyer_id or 0,
        expires_at=case.deadline_at,
    )
    with translation.override(_language(message)):
        return Ready(_words(case, case.hold_until) | {"link": link}, url=link)


def _words(case: RetentionCase, until: datetime) -> dict[str, str]:
    amount = formats.money(case.offer_amount, case.currency)
    shop, sku = case.request.shop, case.request.sku
    return {
        "shop": shop.name,
        "product": sku.title or sku.code,
        "request": case.request.external_ref,
        "remedy": str(REMEDIES[case.offer]) % {"amount": amount},
        "amount": amount,
        "deadline": date_format(until.astimezone(ZoneInfo(shop.timezone)), _("N j, H:i")),
    }


def _language(message: Outgoing) -> str:
    chosen = message.language or (message.address.language if message.address else "")
    return "en" if chosen.lower().startswith("en") else "zh-hans"


def prepare_notice(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """For the merchant's people and systems: which request the platform is to withdraw, or to let go."""
    cases = _cases(merchant_id, messages)
    return {
        message.id: _noticed(message, cases[message.subject_id])
        for message in messages
        if message.subject_id is not None and message.subject_id in cases
    }


def _noticed(message: Outgoing, case: RetentionCase) -> Answer:
    if message.kind == WITHDRAWAL and (case.request.outcome != "open" or case.state != State.WITHDRAWAL_REQUESTED):
        return Drop("closed_by_platform")
    context = {"request": case.request.external_ref, "product": case.request.sku.title or case.request.sku.code}
    payload = {
        "case": case.pk,
        "request": case.request.external_ref,
        "line": case.request.line_no,
        "shop": case.request.shop.slug,
        "order": case.order.external_ref if case.order else "",
        "units": case.units,
        "state": case.state,
        "reason": case.reason,
        "deadline_at": case.deadline_at.isoformat(),
    }
    return Ready(context, payload=payload, url=reverse("refund_retention:case", args=[case.pk]))


_CARD_VARIABLES = (
    Variable("shop", gettext_lazy("the shop's name"), gettext_lazy("Lamp shop")),
    Variable("product", gettext_lazy("what the request is about"), gettext_lazy("Reading lamp")),
    Variable("request", gettext_lazy("the request's number"), "RF1024"),
    Variable("remedy", gettext_lazy("the remedy in a sentence"), gettext_lazy("We exchange it for one that suits you.")),
    Variable("amount", gettext_lazy("the amount offered"), "¥25.00"),
    Variable("deadline", gettext_lazy("when the card ends and the refund goes on"), gettext_lazy("Nov. 12, 12:30")),
    Variable("link", gettext_lazy("the buyer's page"), "https://shop.example/b/…"),
)
_NOTICE_VARIABLES = (_CARD_VARIABLES[2], _CARD_VARIABLES[1])
CHANNELS = ("email", "sms", "in_app")
KINDS = (
    Kind(
        name=CARD,
        program=PROGRAM,
        consent_class="service",
        variables=_CARD_VARIABLES,
        prepare=prepare,
        label=gettext_lazy("Card about a refund request"),
        steps=tuple(offer for offer in OFFERS if offer != "partial_refund"),
        channels=CHANNELS,
        step_labels=OFFER_LABELS,
    ),
    Kind(
        name=MONEY_CARD,
        program=PROGRAM,
        consent_class="commercial",
        variables=_CARD_VARIABLES,
        prepare=prepare,
        label=gettext_lazy("Card with a partial refund"),
        steps=("partial_refund",),
        channels=CHANNELS,
        step_labels=OFFER_LABELS,
    ),
    Kind(
        name=WITHDRAWAL,
        program=PROGRAM,
        consent_class="service",
        variables=_NOTICE_VARIABLES,
        prepare=prepare_notice,
        label=gettext_lazy("A request to withdraw on the platform"),
        channels=("in_app", "webhook"),
    ),
    Kind(
        name=RELEASED,
        program=PROGRAM,
        consent_class="service",
        variables=_NOTICE_VARIABLES,
        prepare=prepare_notice,
        label=gettext_lazy("A refund that may go on"),
        channels=("webhook",),
    ),
)
