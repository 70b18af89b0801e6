"""manage.py import_coupons FILE --shop SHOP [--json]"""

import argparse
from pathlib import Path
from typing import Any

from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_by_name
from orders.store.coupons.operations import import_coupons
from orders.store.ingest.rows import ShopContext


class Command(ReportCommand):
    help = (
        "Import coupons and who holds them (code, name, amount, threshold, public, valid_from, valid_to, sku_codes, buyer_ref)."
    )

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", required=True, help="SHOP, or MERCHANT/SHOP")

    def report(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise UserError(f"There is no file {path}.")
        return import_coupons(shop=ShopContext.of(shop_by_name(options["shop"])), path=path, by=CLI)
