"""Start, stop or describe the embedded PostgreSQL and Valkey."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.embedded import servers


class Command(BaseCommand):
    """The servers outlive the command; ``stop`` finds them again through the state directory."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])
        parser.add_argument("--json", action="store_true", help="print exactly one JSON object")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        layout = settings.LAYOUT
        try:
            if action == "start":
                if not (settings.EMBEDDED or settings.EMBEDDED_BROKER):
                    raise CommandError("DATABASE_URL and REDIS_URL are set, so nothing embedded is started")
                servers.start(layout, database=settings.EMBEDDED, broker=settings.EMBEDDED_BROKER)
            elif action == "stop":
                servers.stop(layout)
            status = servers.status(layout)
        except servers.ServerError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(status))
            return
        for name in ("postgres", "valkey"):
            self.stdout.write(f"{name}: {'running' if status[name] else 'stopped'}")  # type: ignore[literal-required]
        self.stdout.write(f"state: {status['state_dir']}")
