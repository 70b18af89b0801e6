"""Public pages as visitors ask for them."""

from collections.abc import Callable

import pytest
from django.test import Client

from providers.discovery.knowledge import forget
from tests.pages.conftest import clean, sign_in

__all__ = ["clean", "sign_in"]


@pytest.fixture(autouse=True)
def known_anew() -> None:
    """What the market calls things is kept by the process; every test begins without."""
    forget()


@pytest.fixture
def visitor() -> Callable[..., Client]:
    def come(language: str = "en") -> Client:
        return Client(headers={"accept-language": language})

    return come
