"""What the API shares with the tests of pages."""

from tests.pages.conftest import clean, sign_in, worker, world

__all__ = ["clean", "sign_in", "worker", "world"]
