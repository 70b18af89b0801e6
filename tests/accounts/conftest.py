"""What the tests of accounts share: a visitor, and the letters that left."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.test import Client

from marketplace.kernel.errors import UserError
from tests import cast

PASSWORD = cast.PASSWORD
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\S+)")


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Rate limits of the test before are forgotten."""
    cache.clear()


def visitor(language: str = "en", **headers: str) -> Client:
    return Client(headers={"accept-language": language, **headers})


def signed_in(user: Any, language: str = "en") -> Client:
    client = visitor(language)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def letters_to(email: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [email]]


def link_in(letter: Any) -> str:
    """The first address of the site in a letter that leads somewhere."""
    return next(path for path in LINK.findall(letter.body) if path != "/")


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts at once, each on its own connection; a raised error is the answer."""

    def run(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except UserError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


SIGN_UP = {
    "kind": "provider",
    "organization_name": "杭州光合代运营",
    "name": "林 Lin",
    "email": "lin@guanghe.example",
    "password1": PASSWORD,
}
