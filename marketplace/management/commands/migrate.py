"""``migrate`` as the owner of the schema."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from environs import Env

from marketplace.embedded import servers


class Command(migrate.Command):
    """Django's command with ``--database owner`` as default: the application role may not change the schema."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED and options["database"] == "owner" and not Env().str("DATABASE_NAME", default=""):
            try:
                servers.prepare_external(settings.LAYOUT, Env())
            except servers.ServerError as error:
                raise CommandError(str(error)) from error
        super().handle(*args, **options)
