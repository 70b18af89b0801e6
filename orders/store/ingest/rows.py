"""What a format's parser says about one row of a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from merchants.models import Shop

SALE, REFUND = "S", "R"


class Staged(NamedTuple):
    """A valid row, in the order of the staging table's columns after (merchant, batch, bucket, row number).

    `placed_at` is ISO 8601 in UTC: many rows share a moment, and formatting it for each is dear.
    """

    kind: str
    order_ref: str
    sku: str
    title: str | None
    category: str | None
    quantity: int
    unit_amount: int
    paid_amount: int
    buyer_ref: str | None
    placed_at: str
    channel: str
    tier: str
    extra: str | None = None


@dataclass(frozen=True)
class Skip:
    """A row that is no order line and needs no correction, with the reason it is counted under."""

    reason: str


@dataclass(frozen=True)
class Quarantine:
    """A row a person must correct."""

    reason: str
    detail: str = ""


Outcome = Staged | Skip | Quarantine


@dataclass(frozen=True)
class ShopContext:
    """What a parser needs to know of the shop."""

    merchant_id: int
    shop_id: int
    currency: str
    timezone: str

    @classmethod
    def of(cls, shop: Shop) -> "ShopContext":
        return cls(shop.merchant_id, shop.pk, shop.currency, shop.timezone)


@dataclass(frozen=True)
class Format:
    """One file format: how rows are read and what they mean.

    `is_complete` says that the format carries every field of the order store, so that an import may overwrite fields
    (returns, refunds) that simpler formats do not know, and that rows may repeat or belong together (see order_totals.py).
    """

    name: str
    rows: Callable[[Iterable[str], ShopContext], Iterable[tuple[Any, Any]]]
    parse: Callable[[Any], list[Outcome]]
    #: A row as it is kept in quarantine: text as it was, or a JSON value (by column) that becomes CSV again.
    as_record: Callable[[Any], Any]
    is_complete: bool
