"""manage.py derive_prices --shop SHOP --rule public-price [--json]"""

import argparse
import time
from typing import Any

from marketplace.commands import ReportCommand
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_by_name
from orders.store.ingest.rows import ShopContext
from orders.store.prices.operations import RULES, derive_prices


class Command(ReportCommand):
    help = "Recompute a shop's observed price points from its own orders."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--shop", required=True, help="SHOP, or MERCHANT/SHOP")
        parser.add_argument("--rule", required=True, choices=sorted(RULES))

    def report(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        shop = ShopContext.of(shop_by_name(options["shop"]))
        tally = derive_prices(shop=shop, rule=options["rule"], by=CLI)
        return {"shop": options["shop"], "rule": options["rule"], **tally, "seconds": round(time.monotonic() - started, 3)}
