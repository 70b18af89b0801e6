"""manage.py run_program NAME --merchant SLUG [--shop SHOP] --as-of ISO [--policy PRESET|JSON] [--set KEY=VALUE]…"""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from aftersales.models import ProgramRun
from aftersales.payouts.telling import settle_and_tell
from aftersales.programs.registry import PROGRAMS, program_named
from aftersales.programs.runner import run, settings_of
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from merchants.queries import shop_of_merchant
from orders.store.queries import shops


class Command(ReportCommand):
    help = "Run a program over a merchant's orders as of a moment and send its payouts. Running it twice changes nothing."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("program", choices=sorted(PROGRAMS))
        parser.add_argument("--merchant", required=True)
        parser.add_argument("--shop")
        parser.add_argument("--as-of", required=True, help="ISO 8601 with an offset")
        parser.add_argument("--policy", help="a preset's name, or the settings as JSON")
        parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="changes")
        parser.add_argument("--dry-run", action="store_true", help="the same statements, rolled back")

    def report(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        program = program_named(options["program"])
        merchant_id, shop = shop_of_merchant(merchant=options["merchant"], shop=options["shop"])
        policy = options["policy"]
        settings = settings_of(
            program,
            merchant_id=merchant_id,
            policy=_json(policy) if policy and policy.lstrip().startswith("{") else policy,
            changes=dict(_change(text) for text in options["changes"]),
        )
        done = run(
            program=program,
            merchant_id=merchant_id,
            shop=shop,
            settings=settings,
            as_of=_moment(options["as_of"]),
            by=CLI,
            at=timezone.now(),
            dry_run=options["dry_run"],
        )
        if not options["dry_run"]:
            settle_and_tell(merchant_id=merchant_id, at=timezone.now())
        return _report(done, options["merchant"], _currency(merchant_id, shop), time.monotonic() - started)


def _currency(merchant_id: int, shop: Shop | None) -> str | None:
    """The currency of a run that found nothing: the shop's, or the one all shops share."""
    if shop is not None:
        return shop.currency
    with scope(merchant_id):
        known = set(shops(merchant_id).order_by().values_list("currency", flat=True))
    return known.pop() if len(known) == 1 else None


def _report(done: ProgramRun, merchant: str, currency: str | None, seconds: float) -> dict[str, Any]:
    return {
        "program": done.program,
        "merchant": merchant,
        "as_of": done.as_of.isoformat(),
        "policy_version": done.counts["policy_version"],
        **program_named(done.program).report(done.counts, currency),
        "dry_run": done.dry_run,
        "seconds": round(seconds, 3),
    }


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UserError(f"--policy is not valid JSON: {error}.") from error
    if not isinstance(found, dict):
        raise UserError("--policy must be a JSON object.")
    return found


def _change(text: str) -> tuple[str, Any]:
    name, found, value = text.partition("=")
    if not found:
        raise UserError(f"--set needs KEY=VALUE, not {text!r}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{text!r} is not a moment such as 2011-01-31T00:00:00+00:00.") from error
    if found.tzinfo is None:
        raise UserError("--as-of needs an offset, such as +00:00.")
    return found.astimezone(UTC)
