"""One click: what the order would get back now and why, and the claim."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from aftersales import operations, queries
from aftersales.buyers.links import Link
from aftersales.buyers.operations import record_use
from aftersales.buyers.pages.contract import Form, Page, Shown, TryLater, Unavailable
from aftersales.buyers.queries import use_of
from aftersales.buyers.quotes import is_offered, quote_order
from aftersales.guards.queries import ProgramKilled
from aftersales.models import ProgramRun
from aftersales.programs.runner import ProgramBusy
from aftersales.tasks import settle
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from orders.store.queries import access_order, lines_of

#: A question that brought no money may be asked again, but not by a machine.
QUESTIONS_PER_HOUR = 5


def show(link: Link, at: datetime) -> Shown:
    with scope(link.merchant_id, read_only=True):
        order = access_order(merchant_id=link.merchant_id, pk=link.subject_id)
        used, offered = use_of(link), is_offered(link.merchant_id)
        claims = list(queries.claims_of_order(order)) if used else []
        lines = list(lines_of(order))
    if not used and not offered:
        raise Unavailable(_("The shop does not offer price protection at the moment."))
    quotes = {} if used else {q.line_id: q for q in quote_order(merchant_id=link.merchant_id, order_id=order.pk, as_of=at)}
    context = {
        "order": order,
        "lines": [(line, quotes.get(line.pk)) for line in lines],
        "claims": [(claim, queries.shown_state(claim)) for claim in claims if claim.state != "refused"],
        "total": sum(quote.amount for quote in quotes.values()),
        "is_done": used is not None,
    }
    return Shown("buyers/price_protection.html", order.shop.name, _language(order), context)


def _language(order: ShopOrder) -> str:
    return order.buyer.language if order.buyer else ""


def act(link: Link, form: Form, at: datetime) -> None:
    """Claim for the order. A question without result leaves the link open; money closes it. Raises TryLater."""
    with scope(link.merchant_id):
        if use_of(link) is not None:
            return
        asked = ProgramRun.objects.filter(
            merchant_id=link.merchant_id, order_id=link.subject_id, started_at__gt=at - timedelta(hours=1)
        )
        if asked.count() >= QUESTIONS_PER_HOUR:
            raise TryLater(_("You asked several times just now. Please come back in an hour."))
        if not is_offered(link.merchant_id):
            raise TryLater(_("The shop does not offer price protection at the moment."))
    buyer = Actor(f"buyer:{link.buyer_id}")
    try:
        done = operations.claim_order(merchant_id=link.merchant_id, order_id=link.subject_id, as_of=at, by=buyer, at=at)
    except ProgramBusy as error:
        raise TryLater(_("We are working on this shop's orders. Please try again in a minute.")) from error
    except ProgramKilled as error:
        raise TryLater(_("The shop does not offer price protection at the moment.")) from error
    if not done.counts["claims"] and not done.counts["held"]:
        raise TryLater(_("No refund is due right now. If the price falls while you are protected, come back to this page."))
    with scope(link.merchant_id, durable=True):
        record_use(link, act="claim")
    settle.delay(merchant_id=link.merchant_id)


PAGE = Page(show=show, act=act, acts=("claim",))
