"""manage.py add_shop --merchant SLUG --shop SLUG --currency GBP --timezone Europe/London"""

import argparse
from typing import Any

from django.conf import settings

from marketplace.commands import ReportCommand
from marketplace.tenancy.actor import CLI
from merchants.models import Platform
from merchants.operations import add_shop


class Command(ReportCommand):
    help = "Create a shop, and its merchant when new."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True)
        parser.add_argument("--shop", required=True)
        parser.add_argument("--currency", required=True)
        parser.add_argument("--timezone", required=True)
        parser.add_argument("--name", default="", help="the shop's name as people read it")
        parser.add_argument("--merchant-name", default="")
        parser.add_argument("--platform", choices=Platform.values, default=Platform.OTHER)
        parser.add_argument("--prices-exclude-tax", action="store_true")
        parser.add_argument("--language", choices=list(dict(settings.LANGUAGES)), default=settings.LANGUAGE_CODE)

    def report(self, **options: Any) -> dict[str, Any]:
        shop, created = add_shop(
            merchant=options["merchant"],
            shop=options["shop"],
            currency=options["currency"],
            timezone=options["timezone"],
            merchant_name=options["merchant_name"],
            shop_name=options["name"],
            platform=options["platform"],
            prices_include_tax=not options["prices_exclude_tax"],
            language=options["language"],
            by=CLI,
        )
        return {
            "merchant": options["merchant"],
            "shop": shop.slug,
            "currency": shop.currency,
            "timezone": shop.timezone,
            "created": created,
        }
