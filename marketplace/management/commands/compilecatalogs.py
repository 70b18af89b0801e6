"""Compile the translation catalogues with Babel: a bare machine has no ``msgfmt``."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Write a ``.mo`` beside every ``.po`` that is newer; a translation with broken placeholders is an error."""

    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sources = [path for root in settings.LOCALE_PATHS for path in sorted(Path(root).glob("*/LC_MESSAGES/*.po"))]
        broken = [line for source in sources for line in self._compile(source)]
        if broken:
            raise CommandError("broken translations:\n" + "\n".join(broken))
        self.stderr.write(f"catalogues: {len(sources)}", style_func=str)

    def _compile(self, source: Path) -> list[str]:
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
            return []
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        broken = [f"{source}:{message.lineno}: {error}" for message, errors in catalogue.check() for error in errors]
        if not broken:
            aside = target.with_suffix(".mo.new")
            with aside.open("wb") as file:
                write_mo(file, catalogue)
            aside.replace(target)
        return broken
