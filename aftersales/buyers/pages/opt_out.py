"""No more messages: one tap, at once, and nothing to explain."""

from datetime import datetime, timedelta

from aftersales.buyers.links import Link, Purpose, link_to
from aftersales.buyers.operations import record_use
from aftersales.buyers.pages.contract import Form, Page, Shown
from aftersales.buyers.queries import access_buyer
from marketplace.outbox.operations.consent import opt_out
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: An opt-out has to work long after the message was read.
DAYS = 365
#: Every link of a buyer made within this many seconds ends at the same moment and is therefore the same.
ROUNDED = 30 * 86_400


def opt_out_link(merchant_id: int, buyer_id: int, *, at: datetime) -> str:
    """The address under which a buyer stops all messages of a merchant."""
    ends = at + timedelta(days=DAYS)
    ends = datetime.fromtimestamp(ends.timestamp() // ROUNDED * ROUNDED + ROUNDED, tz=ends.tzinfo)
    return link_to(merchant_id=merchant_id, purpose=Purpose.OPT_OUT, subject_id=buyer_id, buyer_id=buyer_id, expires_at=ends)


def show(link: Link, at: datetime) -> Shown:
    with scope(link.merchant_id, read_only=True):
        buyer = access_buyer(merchant_id=link.merchant_id, pk=link.buyer_id)
        return Shown("buyers/opt_out.html", buyer.shop.name, buyer.language, {"is_done": buyer.opted_out_at is not None})


def act(link: Link, form: Form, at: datetime) -> None:
    """Stop every message to this buyer, those that wait included. Again changes nothing."""
    buyer = Actor(f"buyer:{link.buyer_id}")
    opt_out(merchant_id=link.merchant_id, recipient_id=link.buyer_id, source="link", by=buyer, at=at)
    with scope(link.merchant_id, durable=True):
        record_use(link, act="stop")


#: Shown to whoever opens it: it names nobody and can only be repeated.
PAGE = Page(show=show, act=act, acts=("stop",), is_once=False)
