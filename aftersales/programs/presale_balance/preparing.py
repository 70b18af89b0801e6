"""What a reminder says, decided when it leaves: which of its orders still owe their balance, and the words' variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftersales.buyers.links import Purpose, link_to
from aftersales.programs.presale_balance.rules import CHANNELS, KIND, PROGRAM, STEPS
from aftersales.programs.presale_balance.statements import RECHECK
from marketplace.outbox.kinds import Answer, Drop, Kind, Outgoing, Ready, Variable
from marketplace.ui import formats

#: More orders than this are counted, not listed.
LISTED = 3


@dataclass(frozen=True)
class Owing:
    """One order of a message that still owes its balance. The amount (minor units) is None until it is published."""

    order_id: int
    ref: str
    currency: str
    balance: int | None
    closes_at: datetime
    shop: str
    tz: str


def prepare(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """The outbox asks this inside the sending transaction."""
    return answers(merchant_id, messages, at=timezone.now())


def answers(merchant_id: int, messages: Sequence[Outgoing], *, at: datetime) -> dict[int, Answer]:
    """Ready with the variables of what is still due, or Drop with the reason of the first order. Needs the merchant's scope."""
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "keys": [message.effect_key for message in messages],
        "at": at,
        "program": PROGRAM,
    }
    due: dict[str, list[Owing]] = {}
    reasons: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(RECHECK, values)
        for key, is_due, reason, *facts in cursor.fetchall():
            if is_due:
                due.setdefault(key, []).append(Owing(*facts))
            else:
                reasons.setdefault(key, reason)
    return {
        message.id: _ready(merchant_id, message, due[message.effect_key])
        if message.effect_key in due
        else Drop(reasons.get(message.effect_key, "not_due"))
        for message in messages
    }


def _ready(merchant_id: int, message: Outgoing, owing: list[Owing]) -> Ready:
    first = owing[0]
    link = link_to(
        merchant_id=merchant_id,
        purpose=Purpose.PRESALE,
        subject_id=first.order_id,
        buyer_id=message.recipient_id or 0,
        expires_at=first.closes_at,
    )
    with translation.override(_language(message)):
        context = {
            "shop": first.shop,
            "orders": _orders(owing),
            "amount": _amount(owing),
            "deadline": date_format(first.closes_at.astimezone(ZoneInfo(first.tz)), _("N j, H:i")),
            "link": link,
        }
    return Ready(context, url=link)


def _language(message: Outgoing) -> str:
    chosen = message.language or (message.address.language if message.address else "")
    return "en" if chosen.lower().startswith("en") else "zh-hans"


def _orders(owing: list[Owing]) -> str:
    """The orders by number, or how many when they are many."""
    if len(owing) > LISTED:
        return ngettext("%(n)s presale order", "%(n)s presale orders", len(owing)) % {"n": len(owing)}
    listed = _(", ").join(order.ref for order in owing)
    return ngettext("presale order %(refs)s", "presale orders %(refs)s", len(owing)) % {"refs": listed}


def _amount(owing: list[Owing]) -> str:
    """The balance in brackets, or nothing while a total is not published."""
    known = [order.balance for order in owing if order.balance is not None]
    if len(known) < len(owing) or len({order.currency for order in owing}) > 1:
        return ""
    return _(" (balance %(amount)s)") % {"amount": formats.money(sum(known), owing[0].currency)}


REMINDER = Kind(
    name=KIND,
    program=PROGRAM,
    consent_class="service",
    variables=(
        Variable("shop", gettext_lazy("the shop's name"), gettext_lazy("Lamp shop")),
        Variable("orders", gettext_lazy("the orders that owe a balance"), gettext_lazy("presale order A1024")),
        Variable("amount", gettext_lazy("the balance in brackets; empty until it is known"), gettext_lazy(" (balance ¥700.00)")),
        Variable("deadline", gettext_lazy("when the time to pay ends"), gettext_lazy("Nov. 12, 00:00")),
        Variable("link", gettext_lazy("the buyer's page"), "https://shop.example/b/…"),
    ),
    prepare=prepare,
    label=gettext_lazy("Presale balance reminder"),
    steps=tuple(f"t{number}" for number in STEPS),
    channels=CHANNELS,
    step_labels={
        "t1": gettext_lazy("When the balance opens"),
        "t2": gettext_lazy("On the way"),
        "t3": gettext_lazy("Before the balance closes"),
    },
)
