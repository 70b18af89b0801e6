"""Start everything in the foreground: servers, migrations, web, worker and beat."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from environs import Env

from marketplace.supervisor.children import end_with_parent
from marketplace.supervisor.supervisor import CannotStart, Supervisor


class Command(BaseCommand):
    """Progress goes to stderr; stdout carries the demo's accounts and the site's URL."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=Env().int("PORT", default=8000))
        parser.add_argument("--demo", action="store_true", help="import the demo market first (idempotent)")

        parser.add_argument(
            "--with-parent", action="store_true", help="also stop when the program that started this one ends (make)"
        )

    def handle(self, *args: Any, port: int, demo: bool, with_parent: bool, **options: Any) -> None:
        if with_parent:
            end_with_parent()
        supervisor = Supervisor(
            settings.LAYOUT,
            settings.BASE_DIR,
            database=settings.EMBEDDED,
            broker=settings.EMBEDDED_BROKER,
            say=self._say,
        )
        try:
            supervisor.run(port=port, demo=demo, announce=self._announce)
        except (CannotStart, OSError) as error:
            raise CommandError(str(error)) from error

    def _say(self, line: str) -> None:
        self.stderr.write(line, style_func=str)
        self.stderr.flush()

    def _announce(self, url: str) -> None:
        self.stdout.write(f"\n商伴 Shangban is ready:  {url}\n\nCtrl-C stops it. Logs: {settings.LAYOUT.log_dir}")
        self.stdout.flush()
