"""What buyers' pages share with the console's tests."""

from tests.pages.conftest import clean, sign_in, worker

__all__ = ["clean", "sign_in", "worker"]
