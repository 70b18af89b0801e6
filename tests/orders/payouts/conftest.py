"""The studio, verified, with people who may move its money."""

import pytest

from tests import cast
from tests.providers.onboarding import steps


@pytest.fixture
def studio(db: None) -> cast.Provider:
    found = cast.studio()
    steps.verified(found)
    return found


@pytest.fixture
def rival(db: None) -> cast.Provider:
    return cast.rival()
