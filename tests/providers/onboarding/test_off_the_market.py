"""What stops a company takes its listings off the market, and what lets it go on brings them back."""

import pytest

from providers.onboarding.operations import exiting, reviewing
from providers.onboarding.operations.expiring import check_dates
from tests import cast
from tests.providers.listings import stories
from tests.providers.onboarding import steps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(db: None) -> cast.Provider:
    return cast.studio()


def test_a_suspended_company_s_listings_are_not_seen_until_it_is_reinstated(studio):
    listing = stories.published(studio)
    assert stories.public(listing) is not None
    reviewing.suspend(provider_id=studio.id, reason="!", by=steps.staff(), at=stories.AT)
    assert stories.public(listing) is None
    reviewing.reinstate(provider_id=studio.id, reason="", by=steps.staff(), at=stories.AT)
    assert stories.public(listing) is not None


def test_who_leaves_takes_the_listings_along(studio):
    listing = stories.published(studio)
    exiting.request_exit(provider_id=studio.id, reason="", by=steps.owner(studio), at=stories.AT)
    assert stories.public(listing) is None


def test_a_licence_that_ends_takes_them_off(studio):
    from datetime import timedelta

    from marketplace.tenancy.scope import scope
    from providers.onboarding.models import Application

    listing = stories.published(studio)
    with scope(studio.id):
        Application.objects.update(verified_until=(stories.AT - timedelta(days=2)).date())
    check_dates(provider_id=studio.id, by=steps.staff(), at=stories.AT)
    assert stories.public(listing) is None
