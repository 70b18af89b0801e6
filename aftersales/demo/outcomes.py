"""A contract paid by what it changes: a provider's card lies in the parcels of some buyers, and fewer of their goods come back.

The contract is told like every other; then the shop's weeks are: the clock counts who is eligible and settles on the agreed day,
the warehouse puts the card into the parcels of the treated, and buyers send back what they send back. The result is the clock's.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aftersales.demo.relative import documents
from marketplace.accounts.models import User
from marketplace.tenancy.actor import BEAT, CLI
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from orders.demo.telling import tell_deals
from orders.escrow.operations import mature
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement
from orders.outcomes.operations import sweep_merchant
from orders.service.models import ServiceOrder
from orders.store.api.documents import import_documents
from providers.listings.models import PublicListing

#: How often the shop hands over what came back, and how often the clock ticks in the replay.
TICK = timedelta(days=14)
FILE = "outcome.json"
Document = dict[str, Any]


def tell(shop: Shop, folder: Path, market: Path, *, owner: User, staff: User, at: datetime, say: Callable[[str], None]) -> str:
    """The contract, the shop's weeks under it, and its result. Told again it changes nothing; killed anywhere it goes on."""
    agreement = _agreement(shop.merchant_id, market)
    if agreement is None:
        tell_deals(market, merchants={folder.name: owner}, staff=staff, at=at, say=say, file=FILE)
        agreement = _agreement(shop.merchant_id, market)
    if agreement is None:
        return "the card is not offered"
    if agreement.state == "measuring":
        _replay(shop, folder, agreement)
        mature(as_of=at)
        agreement = _agreement(shop.merchant_id, market) or agreement
    return f"{agreement.verdict}: {agreement.eligible} buyers, fee {agreement.fee} of {agreement.agreed.cap_minor}"


def _agreement(merchant_id: int, market: Path) -> OutcomeAgreement | None:
    """The outcome of the file's contract. None when its listing is not on the market."""
    slug = json.loads((market / FILE).read_text(encoding="utf-8"))["deals"][0]["listing"]
    listing = PublicListing.objects.filter(slug=slug).first()
    with scope(merchant_id):
        order = ServiceOrder.objects.filter(merchant_id=merchant_id, listing_id=listing.listing_id if listing else 0).first()
        return OutcomeAgreement.objects.filter(merchant_id=merchant_id, order_id=order.pk if order else 0).first()


def _replay(shop: Shop, folder: Path, agreement: OutcomeAgreement) -> None:
    """Every moment counts from the day measuring began, whenever this is told."""
    orders = {each["order_ref"]: each for each in documents(folder / "parcels.jsonl", agreement.started_at)}
    back = list(documents(folder / "parcels_back.jsonl", agreement.started_at))
    _import(shop, list(orders.values()), agreement.window_ends_at)
    since = agreement.started_at
    while since < agreement.settles_at:
        until = min(since + TICK, agreement.settles_at)
        # Who is treated is known from the count on; the shortest way back takes longer than the card.
        sweep_merchant(merchant_id=shop.merchant_id, by=BEAT, at=min(until, agreement.settles_at - timedelta(seconds=1)))
        treated = _treated(agreement)
        due = [each for each in back if since <= datetime.fromisoformat(each["requested_at"]) < until]
        sent = [each for each in due if each["with_card_too"] or orders[each["order_ref"]]["buyer_ref"] not in treated]
        _import(shop, [document for each in sent for document in _sent_back(each, orders[each["order_ref"]])], until)
        since = until
    sweep_merchant(merchant_id=shop.merchant_id, by=BEAT, at=agreement.settles_at)


def _treated(agreement: OutcomeAgreement) -> set[str]:
    """Customer numbers the merchant exports for its warehouse."""
    with scope(agreement.merchant_id):
        return set(metric_named(agreement.metric).treated(agreement.population))


def _sent_back(request: Document, order: Document) -> list[Document]:
    """The platform's record of the request, closed by a refund, and the order as it stands afterwards."""
    line = order["lines"][0]
    asked = {
        "record": "refund_request", "order_ref": request["external_ref"], "buyer_ref": order["buyer_ref"], "sku": line["sku"],
        "quantity": line["quantity"], "list_unit_price": line["list_unit_price"], "placed_at": request["requested_at"],
        "reason_code": request["reason_code"], "buyer_text": request["buyer_text"], "outcome": "refunded",
        "closed_at": request["closed_at"],
    }  # fmt: skip
    return [asked, order | {"refunded": line["list_unit_price"], "updated_at": request["closed_at"]}]


def _import(shop: Shop, found: list[Document], at: datetime) -> None:
    if found:
        import_documents(merchant_id=shop.merchant_id, shop=shop.slug, documents=found, by=CLI, at=at)
