"""manage.py import_prices FILE --shop SHOP [--json]"""

import argparse
import time
from pathlib import Path
from typing import Any

from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_by_name
from orders.store.ingest.rows import ShopContext
from orders.store.prices.operations import import_prices


class Command(ReportCommand):
    help = "Import a price file (sku, price, currency, valid_from, valid_to, tier, source, stock). Running it twice adds nothing."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", required=True, help="SHOP, or MERCHANT/SHOP")

    def report(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise UserError(f"There is no file {path}.")
        started = time.monotonic()
        shop = ShopContext.of(shop_by_name(options["shop"]))
        return {**import_prices(shop=shop, path=path, by=CLI), "seconds": round(time.monotonic() - started, 3)}
