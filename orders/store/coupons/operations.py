"""Coupons and who holds them, from a merchant's file."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from marketplace.audit.operations import record
from marketplace.kernel.money import BadAmount, parse_minor
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.problems import bad_table, check_columns
from orders.store.ingest.reader import lines_of
from orders.store.ingest.rows import ShopContext
from orders.store.models import Buyer, Coupon, CouponHolding

REQUIRED = ("code",)
COLUMNS = (*REQUIRED, "name", "amount", "threshold", "public", "valid_from", "valid_to", "sku_codes", "buyer_ref")
CHANGEABLE = ("name", "face_amount", "threshold_amount", "is_public", "valid_from", "valid_to", "sku_codes")
FLAGS = {"": True, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
#: (row, buyer, coupon) of a row that says who holds a coupon.
Holding = tuple[int, str, str]


def import_coupons(*, shop: ShopContext, path: Path, by: Actor) -> dict[str, Any]:
    """Store the coupons of a CSV file and who holds them; a known code is updated, a used or voided one stays so.

    A row with an `amount` defines the coupon, one with a `buyer_ref` gives it to that buyer, one may do both. Broken rows are
    listed, the rest is stored. Raises BadFile.
    """
    broken: list[dict[str, Any]] = []
    coupons: dict[str, Coupon] = {}
    holdings: list[Holding] = []
    rows_read = 0
    for rows_read, (row, outcome) in enumerate(_parsed(lines_of(path), shop), start=1):
        if isinstance(outcome, str):
            broken.append({"row": rows_read, "reason": outcome})
            continue
        if outcome is not None:
            coupons[outcome.code] = outcome
        if row["buyer_ref"]:
            holdings.append((rows_read, row["buyer_ref"], row["code"]))
    with scope(shop.merchant_id, durable=True):
        Coupon.objects.bulk_create(
            coupons.values(), update_conflicts=True, unique_fields=["merchant_id", "shop", "code"], update_fields=CHANGEABLE
        )
        given, unknown = _give(shop, holdings)
        broken += unknown
        tally = {"rows_read": rows_read, "coupons": len(coupons), "holdings": given, "quarantined": len(broken)}
        record(merchant_id=shop.merchant_id, by=by, action="store.coupons.imported", facts=tally)
    return {**tally, "broken": sorted(broken, key=lambda row: row["row"])[:1000]}


def _give(shop: ShopContext, holdings: list[Holding]) -> tuple[int, list[dict[str, Any]]]:
    """How many holdings the file names, and the rows whose buyer or coupon is not known."""
    known = {"merchant_id": shop.merchant_id, "shop_id": shop.shop_id}
    buyers = dict(Buyer.objects.filter(**known, external_ref__in={h[1] for h in holdings}).values_list("external_ref", "pk"))
    coupons = dict(Coupon.objects.filter(**known, code__in={h[2] for h in holdings}).values_list("code", "pk"))
    found = {(coupons[code], buyers[buyer]) for _row, buyer, code in holdings if code in coupons and buyer in buyers}
    CouponHolding.objects.bulk_create(
        (CouponHolding(merchant_id=shop.merchant_id, coupon_id=coupon, buyer_id=buyer) for coupon, buyer in found),
        ignore_conflicts=True,
    )
    unknown = [
        {"row": row, "reason": "unknown_coupon" if code not in coupons else "unknown_buyer"}
        for row, buyer, code in holdings
        if code not in coupons or buyer not in buyers
    ]
    return len(found), unknown


def _parsed(lines: Iterable[str], shop: ShopContext) -> Iterator[tuple[dict[str, str], Coupon | str | None]]:
    reader = csv.DictReader(lines, strict=True, restkey="")
    try:
        names = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = names
        check_columns(names, required=REQUIRED, known=COLUMNS)
        for cells in reader:
            row = {name: (cells.get(name) or "").strip() for name in COLUMNS}
            has_more = any(cells.get("") or ())  # such as the end of a threshold of 1,500 that nobody quoted
            yield row, "malformed" if has_more else _coupon(row, shop)
    except csv.Error as error:
        raise bad_table(reader.line_num, error) from error


def _coupon(row: dict[str, str], shop: ShopContext) -> Coupon | str | None:
    """The coupon a row defines, the reason why it cannot, or None for a row that only names a holder."""
    if not row["code"] or not (row["amount"] or row["buyer_ref"]):
        return "missing_field"
    if not row["amount"]:
        return None
    try:
        face, threshold = (parse_minor(row[name] or "0", shop.currency) for name in ("amount", "threshold"))
        starts = parse_moment(row["valid_from"], shop.timezone)
        ends = parse_moment(row["valid_to"], shop.timezone) if row["valid_to"] else None
    except BadAmount as error:
        return error.reason
    except (ValueError, OverflowError):
        return "bad_time"
    if face <= 0 or threshold < 0:
        return "negative_money"
    if ends is not None and ends <= starts:
        return "bad_interval"
    if row["public"].lower() not in FLAGS:
        return "bad_flag"
    return Coupon(
        merchant_id=shop.merchant_id,
        shop_id=shop.shop_id,
        code=row["code"][:60],
        name=row["name"][:120] or row["code"][:60],
        face_amount=face,
        threshold_amount=threshold,
        is_public=FLAGS[row["public"].lower()],
        valid_from=starts,
        valid_to=ends,
        sku_codes=row["sku_codes"].replace(";", " ").split() or None,
    )
