"""manage.py import_orders FILE --shop SHOP --format online-retail|csv|jsonl [--json]"""

import argparse
import time
from pathlib import Path
from typing import Any

from django.utils import timezone
from tqdm import tqdm

from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_by_name
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.operations import open_batch, run_batch, summary
from orders.store.ingest.rows import ShopContext
from orders.store.models import ImportBatch


class Command(ReportCommand):
    help = "Import a file of orders (plain or gzip) into a shop's order store. Running it twice adds nothing."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", required=True, help="SHOP, or MERCHANT/SHOP")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))

    def report(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise UserError(f"There is no file {path}.")
        started = time.monotonic()
        shop = ShopContext.of(shop_by_name(options["shop"]))
        batch = open_batch(
            shop=shop, path=path.resolve(), file_name=path.name, format_name=options["format"], stored=False, by=CLI
        )
        with tqdm(desc=path.name, unit=" rows", unit_scale=True) as bar:

            def show(current: ImportBatch) -> None:
                bar.set_postfix_str(current.get_state_display())
                bar.update(current.rows_read - bar.n)

            run_batch(batch=batch, shop=shop, path=path, at=timezone.now(), progress=show)
        return summary(batch, time.monotonic() - started)
