"""The shape of our management commands: one JSON object on stdout with --json, everything else on stderr."""

import argparse
import json
from abc import ABC, abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketplace.kernel.errors import UserError


class ReportCommand(BaseCommand, ABC):
    """A command whose `report()` returns a dictionary. Errors of the user end with exit code 1 and one clear line."""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="print exactly one JSON object on stdout")
        self.options(parser)

    def options(self, parser: argparse.ArgumentParser) -> None:
        """The command's own arguments."""

    @abstractmethod
    def report(self, **options: Any) -> dict[str, Any]:
        """Do the work and say what came of it. Raises UserError."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self.report(**options)
        except UserError as error:
            raise CommandError(str(error)) from error
        if options["as_json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for key, value in found.items():
                self.stdout.write(f"{key:>18}  {value}")
