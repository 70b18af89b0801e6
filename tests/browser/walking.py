"""A walk through a whole story: every page looked at by a `Walker`, and only words of the reader's language on it."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests import cast
from tests.browser.visitor import Visitor
from tests.pages.test_languages import HAN, english
from tests.pages.text import Reader

Walks = Callable[..., "Walker"]
#: What stands in both languages' pages: the languages' own names, and ours.
BOTH = re.compile("简体中文|中文|商伴")
NAMES = {"English", "Shangban"}
LATIN = re.compile("[A-Za-z]{2}")


class Walker(Visitor):
    """Called by a name. Where somebody wants to look at the pages, PICTURES names a folder for them."""

    steps = count(1)

    def __init__(self, *args: Any, name: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = name
        self.seen_in_the_dark: set[str] = set()

    def go(self, path: str) -> None:
        self.page.goto(path)
        self.look_around()

    def look_around(self) -> None:
        super().look_around()
        foreign = self.foreign_words()
        assert foreign == set(), f"{self.page.url} in {self.language}: {foreign}"
        if folder := os.environ.get("PICTURES"):
            where = re.sub(r"\W+", "-", self.page.url.split("/", 3)[3])[:50]
            path = Path(folder) / f"{next(self.steps):03}-{self.name}-{self.language[:2]}-{where}.png"
            self.page.screenshot(path=path, full_page=True)

    def schemes(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """A walk comes back to the same pages: in the dark each is looked at once."""
        page = re.sub(r"\d+", "#", self.page.url.split("?")[0])
        light, dark = super().schemes()
        if page in self.seen_in_the_dark:
            return (light,)
        self.seen_in_the_dark.add(page)
        return light, dark

    def foreign_words(self) -> set[str]:
        """Texts of the site, not of people, that are in the other language."""
        reader = Reader(words_only=True)
        reader.feed(self.page.content())
        if self.language == "en":
            return {text for text in reader.texts if HAN.search(BOTH.sub("", text))}
        latin = {text for text in reader.texts if LATIN.search(text)} - NAMES
        return {text for text in latin for pattern in english() if pattern.fullmatch(text)}

    def answer(self, button: str, **typed: str) -> None:
        """Fill in what the open dialog asks for, and press its button."""
        dialog = self.page.locator("dialog[open]")
        dialog.wait_for()
        for name, value in typed.items():
            dialog.locator(f"[name={name}]").fill(value)
        with self.page.expect_navigation():
            dialog.get_by_role("button", name=self.said(button), exact=True).click()

    def send(self, button: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.press(button)

    def enter(self, email: str) -> None:
        self.page.goto("/accounts/login/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(cast.PASSWORD)
        self.send("Sign in")


@pytest.fixture
def walks(browser: Any, live_server: Any) -> Iterator[Walks]:
    """`walks(name, email, width, language)`: somebody signed in."""
    walkers: list[Walker] = []

    def come(name: str, email: str, width: int, language: str) -> Walker:
        walker = Walker(browser, live_server.url, width=width, language=language, asks_axe=True, name=name)
        walkers.append(walker)
        walker.enter(email)
        return walker

    yield come
    for walker in walkers:
        walker.close()
