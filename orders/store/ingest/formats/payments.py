"""How an order was paid: `card=60.00;wallet=40.00/5.00#TX-7`, which is method = amount / refunded # payment number."""

import re
from collections.abc import Mapping
from typing import Any

from marketplace.kernel.money import parse_minor

COLUMNS = ("tenders", "coupons")
TENDER = re.compile(
    r"(?P<method>[a-z][a-z0-9_]{0,19})=(?P<captured>[^/#;=]+)(?:/(?P<refunded>[^/#;=]+))?(?:#(?P<reference>[^;]{1,80}))?"
)
RESERVED = "voucher"
FIELDS = {"method", "amount", "refunded", "reference"}


class BadTenders(ValueError):
    """The text does not say how an order was paid."""


def flattened(document: dict[str, Any]) -> dict[str, Any]:
    """A JSON order with its lists of tenders and coupons as the text CSV has for them; anything else is left to be refused."""
    found = dict(document)
    tenders, coupons = document.get("tenders"), document.get("coupons")
    if isinstance(tenders, list) and all(isinstance(one, dict) and set(one) <= FIELDS for one in tenders):
        found["tenders"] = ";".join(_as_text(one) for one in tenders)
    if isinstance(coupons, list) and all(isinstance(one, str) and one and " " not in one for one in coupons):
        found["coupons"] = " ".join(coupons)
    return found


def _as_text(tender: Mapping[str, Any]) -> str:
    reference = f"#{tender['reference']}" if tender.get("reference") else ""
    return f"{tender.get('method', '')}={tender.get('amount', '')}/{tender.get('refunded', 0)}{reference}"


def payments(record: Mapping[str, str], currency: str) -> dict[str, Any]:
    """For staging: tenders as [method, payment number, captured, refunded] in minor units, and the codes of coupons used.

    Raises BadTenders and BadAmount.
    """
    found: dict[str, Any] = {}
    if text := record.get("tenders"):
        found["tenders"] = [_tender(part.strip(), currency) for part in text.split(";")]
    if text := record.get("coupons"):
        found["coupons"] = text.split()
    return found


def _tender(text: str, currency: str) -> list[Any]:
    match = TENDER.fullmatch(text)
    if match is None or match["method"] == RESERVED:
        raise BadTenders(text[:80])
    captured, refunded = parse_minor(match["captured"], currency), parse_minor(match["refunded"] or "0", currency)
    if not 0 <= refunded <= captured:
        raise BadTenders(text[:80])
    return [match["method"], match["reference"] or "", captured, refunded]
