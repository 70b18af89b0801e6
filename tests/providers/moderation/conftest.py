"""The studio, and two of the staff."""

from collections.abc import Iterator

import pytest

from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from providers.moderation.kinds import ReviewKind
from tests import cast
from tests.providers.moderation import probe


@pytest.fixture
def studio(db: None) -> cast.Provider:
    return cast.studio()


@pytest.fixture
def kind() -> Iterator[ReviewKind]:
    with probe.registered() as made:
        yield made


@pytest.fixture
def ann(db: None) -> User:
    return ensure_user(email="ann@staff.example", password=cast.PASSWORD, name="Ann", is_staff=True)


@pytest.fixture
def ben(db: None) -> User:
    return ensure_user(email="ben@staff.example", password=cast.PASSWORD, name="Ben", is_staff=True)
