"""What the tests of pages share (see tests/pages/conftest.py)."""

from tests.pages.conftest import sign_in
from tests.tenancy.conftest import world

__all__ = ["sign_in", "world"]
