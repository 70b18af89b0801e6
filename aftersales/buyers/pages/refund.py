"""Asking for a refund. The request is stored and decided at once; where a card helps, the buyer goes on to it."""

import re
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.utils.translation import gettext as _

from aftersales.buyers.links import Link, Purpose
from aftersales.buyers.pages.contract import Form, Page, Shown, TryLater
from aftersales.programs.refund_retention.answering import may_accept
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.operations import BadRequest, record_refund_request
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder, ShopOrderLine
from orders.store.queries import access_order, lines_of, refund_requests_of

#: Made with the form, so that a form sent twice is one request.
NUMBER = re.compile(r"[0-9a-f]{12}")
WORDS = 500
#: How long the card of a request stays reachable for its buyer.
CARD_DAYS = 30


def reasons() -> list[tuple[str, str]]:
    """What a buyer may choose, as the reason codes refund retention knows."""
    return [
        ("quality", _("Damaged or faulty")),
        ("wrong_item", _("Wrong or missing item")),
        ("not_received", _("Late or not arrived")),
        ("size", _("Does not fit")),
        ("price_drop", _("It is cheaper now")),
        ("cannot_use", _("I cannot get it to work")),
        ("ordered_by_mistake", _("Ordered by mistake")),
        ("no_longer_wanted", _("I no longer want it")),
        ("", _("Something else")),
    ]


def show(link: Link, at: datetime) -> Shown:
    with scope(link.merchant_id, read_only=True):
        order = access_order(merchant_id=link.merchant_id, pk=link.subject_id)
        lines = [line for line in lines_of(order) if _returnable(order, line)]
        asked = [request for request in refund_requests_of(order) if request.outcome == "open"]
    context = {
        "order": order,
        "lines": lines,
        "asked": asked,
        "reasons": reasons(),
        "most": max((_left(line) for line in lines), default=1),
        "number": token_hex(6),
        "words_length": WORDS,
    }
    return Shown("buyers/refund.html", order.shop.name, order.buyer.language if order.buyer else "", context)


def _left(line: ShopOrderLine) -> int:
    return line.quantity - line.returned_quantity


def _returnable(order: ShopOrder, line: ShopOrderLine) -> bool:
    return order.paid_at is not None and order.status != ShopOrder.Status.CANCELLED and _left(line) > 0


def act(link: Link, form: Form, at: datetime) -> Link | None:
    """Store the request; on to its card where one was offered. Raises TryLater with what is wrong with the form."""
    asked = _read(form)
    with scope(link.merchant_id, read_only=True):
        order = access_order(merchant_id=link.merchant_id, pk=link.subject_id)
        if not any(line.line_no == asked["line_no"] and _returnable(order, line) for line in lines_of(order)):
            raise TryLater(_("Choose what you want to return."))
    number = asked.pop("number")
    try:
        done = record_refund_request(
            merchant_id=link.merchant_id,
            shop_id=order.shop_id,
            external_ref=f"B-{order.pk}-{number}",
            order_ref=order.external_ref,
            requested_at=at,
            by=Actor(f"buyer:{link.buyer_id}"),
            at=at,
            **asked,
        )
    except BadRequest as error:
        raise TryLater(str(error)) from error
    return _card(link, done.case, at)


def _read(form: Form) -> dict[str, Any]:
    number, line, quantity = (form.get(name, "").strip() for name in ("number", "line", "quantity"))
    if not (line.isascii() and line.isdigit() and len(line) < 7 and NUMBER.fullmatch(number)):
        raise TryLater(_("Choose what you want to return."))
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 7):
        raise TryLater(_("Say how many you want to return."))
    reason = form.get("reason", "")
    if reason not in dict(reasons()):
        raise TryLater(_("Choose a reason."))
    words = "".join(ch for ch in form.get("words", "") if ch.isprintable() or ch == "\n").encode("utf-8", "ignore").decode()
    return {
        "line_no": int(line),
        "quantity": int(quantity),
        "reason_code": reason,
        "buyer_text": words.strip()[:WORDS],
        "number": number,
    }


def _card(link: Link, case: RetentionCase | None, at: datetime) -> Link | None:
    with scope(link.merchant_id, read_only=True):
        if case is None or not may_accept(case, at):
            return None
    return Link(
        Purpose.RETENTION, link.merchant_id, case.pk, link.buyer_id, at.replace(microsecond=0) + timedelta(days=CARD_DAYS)
    )


PAGE = Page(show=show, act=act, acts=("ask",), is_once=False)
