"""The studio and its stranger, and how they get through onboarding."""

import pytest

from tests import cast


@pytest.fixture
def studio(db: None) -> cast.Provider:
    return cast.studio()


@pytest.fixture
def rival(db: None) -> cast.Provider:
    return cast.rival()
