"""Sales that extend price protection, from a merchant's file."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.problems import bad_table, check_columns
from orders.store.ingest.reader import lines_of
from orders.store.ingest.rows import ShopContext
from orders.store.models import Promotion

REQUIRED = ("code", "purchase_from", "purchase_to", "protected_until")
COLUMNS = (*REQUIRED, "name", "sku_codes")
CHANGEABLE = ("name", "purchase_from", "purchase_to", "protected_until", "sku_codes")


def import_promotions(*, shop: ShopContext, path: Path, by: Actor) -> dict[str, Any]:
    """Store the sales of a CSV file; a known code is updated. Broken rows are listed, the rest is stored. Raises BadFile."""
    broken: list[dict[str, Any]] = []
    found: dict[str, Promotion] = {}
    rows_read = 0
    for rows_read, outcome in enumerate(_parsed(lines_of(path), shop), start=1):
        if isinstance(outcome, str):
            broken.append({"row": rows_read, "reason": outcome})
        else:
            found[outcome.code] = outcome
    with scope(shop.merchant_id, durable=True):
        Promotion.objects.bulk_create(
            found.values(),
            update_conflicts=True,
            unique_fields=["merchant_id", "shop", "code"],
            update_fields=CHANGEABLE,
        )
        tally = {"rows_read": rows_read, "promotions": len(found), "quarantined": len(broken)}
        record(merchant_id=shop.merchant_id, by=by, action="store.promotions.imported", facts=tally)
    return {**tally, "broken": broken[:1000]}


def _parsed(lines: Iterable[str], shop: ShopContext) -> Iterator[Promotion | str]:
    reader = csv.DictReader(lines, strict=True, restkey="")
    try:
        names = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = names
        check_columns(names, required=REQUIRED, known=COLUMNS)
        for row in reader:
            if any(row.pop("", None) or ()):  # such as a list of products that nobody quoted
                yield "malformed"
                continue
            yield _promotion({key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}, shop)
    except csv.Error as error:
        raise bad_table(reader.line_num, error) from error


def _promotion(row: dict[str, str], shop: ShopContext) -> Promotion | str:
    try:
        starts, ends, until = (parse_moment(row[name], shop.timezone) for name in REQUIRED[1:])
    except (ValueError, OverflowError):
        return "bad_time"
    if not row["code"]:
        return "missing_field"
    if not starts < ends <= until:
        return "bad_interval"
    codes = [code for code in row.get("sku_codes", "").replace(";", " ").split() if code]
    return Promotion(
        merchant_id=shop.merchant_id,
        shop_id=shop.shop_id,
        code=row["code"][:60],
        name=row.get("name", "")[:120] or row["code"][:60],
        purchase_from=starts,
        purchase_to=ends,
        protected_until=until,
        sku_codes=codes or None,
    )
