"""manage.py reindex: write the search index anew."""

from typing import Any

from django.core.management.base import BaseCommand

from providers.discovery.operations import refresh_words, reindex


class Command(BaseCommand):
    help = "Write every document of the search index anew, provider by provider, and count the words of the market."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for done in reindex():
            self.stderr.write(f"\r{done} listings", ending="")
        words = refresh_words()
        self.stderr.write("")
        self.stdout.write(f"{done} listings, {words} words")
